import type { FastifyInstance, FastifyReply } from "fastify";

import { MalformedVectorError, VersionVector } from "../../consistency/versionVector";
import { UnavailableError } from "../../store/calls/caller";
import { StaleEpochError } from "../../store/errors";
import type { GlobalDataStore } from "../../store/globalDataStore";
import type { Expected } from "../../store/items/homeItems";
import { RequestError } from "../errors";
import {
    answerSession,
    arriving,
    sessionHeader,
    sessionHeaders,
    sessionOf,
    tableUnavailable,
} from "../session";

interface Profile {
    readonly name: string;
    readonly language: string;
}

const params = {
    type: "object",
    required: ["id"],
    properties: { id: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" } },
} as const;

/** Seconds after which it is worth asking again: a takeover by vote takes up to a minute, a lease 15 s. */
const retryAfterSeconds = "5";

/**
 * Profiles are decided once: each is written in the region that keeps its home, on condition of the version
 * that its writer has read (`docs/homes.md`). They are read in every region.
 *
 * A region passes nothing on. One that does not keep the home says who does, with 421, as for payments, and
 * with the profile's address there as `Location`. While nobody does, as in a takeover, it is 503 with
 * `Retry-After`.
 */
export function profileRoutes(
    server: FastifyInstance,
    store: Pick<GlobalDataStore, "get" | "heardOwner" | "put">,
    where: { readonly region: string; readonly regionHost: string },
): void {
    server.get<{ Params: { id: string } }>(
        "/profiles/:id",
        { schema: { params, headers: sessionHeaders } },
        async (request, reply) => {
            const { id } = request.params;
            const key = profileKey(id);
            const token = sessionOf(request.headers);
            const read = await store.get("profile", key, { token });
            switch (read.kind) {
                case "found":
                    answerSession(reply, read.token);
                    return answer(reply, id, read.value, read.version);
                case "absent":
                    answerSession(reply, read.token);
                    throw new RequestError(404, "no-such-profile", `no profile ${id}`);
                case "behind":
                    answerSession(reply, token.saw(key, read.version));
                    reply.code(202).header("retry-after", "1");
                    return {
                        ...(read.value === undefined
                            ? { id }
                            : answer(reply, id, read.value, read.version)),
                        ...arriving,
                    };
                case "unavailable":
                    throw tableUnavailable(reply, read.reason);
            }
        },
    );

    server.put<{
        Params: { id: string };
        Body: Profile;
        Headers: { "if-match"?: string; "if-none-match"?: string; "idempotency-key"?: string };
    }>(
        "/profiles/:id",
        {
            schema: {
                params,
                headers: {
                    type: "object",
                    properties: {
                        ...sessionHeaders.properties,
                        "if-match": { type: "string", maxLength: 1024 },
                        "if-none-match": { type: "string", enum: ["*"] },
                        "idempotency-key": {
                            type: "string",
                            pattern: "^[A-Za-z0-9_-]{1,64}$",
                        },
                    },
                },
                body: {
                    type: "object",
                    additionalProperties: false,
                    required: ["name", "language"],
                    properties: {
                        name: { type: "string", minLength: 1, maxLength: 200 },
                        language: { type: "string", pattern: "^[a-z]{2,3}(-[A-Z]{2})?$" },
                    },
                },
            },
        },
        async (request, reply) => {
            const { id } = request.params;
            const key = profileKey(id);
            const { name, language } = request.body;
            const operation = request.headers["idempotency-key"];
            const write = await store
                .put("profile", key, { name, language }, expectedOf(request.headers), {
                    token: sessionOf(request.headers),
                    ...(operation === undefined ? {} : { operation }),
                })
                .catch((error: unknown) => {
                    // This region's lease is history, and it has just been told so.
                    if (error instanceof StaleEpochError) {
                        return { kind: "unavailable" as const, reason: error.message };
                    }
                    throw error;
                });
            switch (write.kind) {
                case "written":
                    answerSession(reply, write.token);
                    return answer(reply, id, write.value, write.version);
                case "conflict":
                    if (write.current.value !== undefined) {
                        reply.header("etag", etagOf(write.current.version));
                    }
                    throw new RequestError(
                        412,
                        "profile-changed",
                        `profile ${id} is not what its writer expected: read it, and send its etag as if-match`,
                    );
                case "unknown":
                    throw tableUnavailable(reply, write.reason);
                case "refused":
                case "unavailable":
                    throw await notHere(reply, id, write.reason);
            }
        },
    );

    /** Where the profile can be written instead, as far as this region knows. */
    async function notHere(reply: FastifyReply, id: string, reason: string): Promise<RequestError> {
        const owner = await store.heardOwner(profileKey(id)).catch((error: unknown) => {
            if (error instanceof UnavailableError) {
                return undefined;
            }
            throw error;
        });
        reply.header("retry-after", retryAfterSeconds);
        if (owner === undefined || owner === where.region) {
            return new RequestError(503, "profile-without-owner", reason);
        }
        const host = `https://${where.regionHost.replace("*", owner)}`;
        reply.header("location", `${host}/profiles/${id}`);
        return new RequestError(
            421,
            "not-the-home",
            `profile ${id} is written in ${owner}: send it to ${host}, with the ${sessionHeader} of this session`,
        );
    }
}

/** The key of a profile in the store. */
export function profileKey(id: string) {
    return { pk: `PROFILE#${id}`, sk: "PROFILE" };
}

function answer(
    reply: FastifyReply,
    id: string,
    value: Readonly<Record<string, unknown>>,
    version: VersionVector,
) {
    reply.header("etag", etagOf(version));
    return { id, name: value["name"], language: value["language"] };
}

function etagOf(version: VersionVector): string {
    return `"${version.toString()}"`;
}

/** What the writer expects to find. @throws RequestError 428 without a condition, 400 for what is no etag of ours */
function expectedOf(headers: {
    readonly "if-match"?: string;
    readonly "if-none-match"?: string;
}): Expected {
    const { "if-match": match, "if-none-match": none } = headers;
    if ((match === undefined) === (none === undefined)) {
        throw new RequestError(
            428,
            "condition-required",
            "send if-match with the etag of the profile that was read, or if-none-match: * for a new one",
        );
    }
    if (match === undefined) {
        return "absent";
    }
    try {
        const [, text] = /^"(.+)"$/.exec(match) ?? [];
        if (text === undefined) {
            throw new MalformedVectorError("an etag is in quotes");
        }
        return VersionVector.parse(text);
    } catch (error) {
        throw new RequestError(
            400,
            "etag-not-valid",
            `if-match is ${match}, which is no etag of a profile: ${(error as Error).message}`,
        );
    }
}
