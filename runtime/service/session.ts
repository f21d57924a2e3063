import type { FastifyReply } from "fastify";

import { MalformedTokenError, SessionToken } from "../store/sessionToken";
import { RequestError } from "./errors";

/**
 * Says what a session has seen, both ways: a client sends back what the last answer had, to whatever region,
 * and reads no less than it has read or written.
 */
export const sessionHeader = "x-session-token";

/** Longest token, characters: 32 items, in as many regions as there will be. */
export const mostTokenCharacters = 8192;

/** Of a route whose requests may have a token. */
export const sessionHeaders = {
    type: "object",
    properties: { [sessionHeader]: { type: "string", maxLength: mostTokenCharacters } },
} as const;

/** The session of a request; a new one if it has no token. @throws RequestError 400 for what is no token */
export function sessionOf(headers: Readonly<Record<string, unknown>>): SessionToken {
    const text = headers[sessionHeader];
    try {
        return typeof text === "string" ? SessionToken.parse(text) : SessionToken.empty;
    } catch (error) {
        if (error instanceof MalformedTokenError) {
            throw new RequestError(
                400,
                "session-token-not-valid",
                `the header ${sessionHeader} is not what an answer had: ${error.message}; send the last one, or none`,
            );
        }
        throw error;
    }
}

/** Of an answer that lacks what its session has seen elsewhere: that is on its way. */
export const arriving = { status: "arriving" } as const;

/** Gives the client the token to go on with. */
export function answerSession(reply: FastifyReply, token: SessionToken | undefined): void {
    if (token !== undefined && token !== SessionToken.empty) {
        reply.header(sessionHeader, token.toString());
    }
}

/** What a client is told when the table gave no answer in time. A write may have been done; every one may be repeated. */
export function tableUnavailable(reply: FastifyReply, reason: string): RequestError {
    reply.header("retry-after", "1");
    reply.log.warn({ reason }, "table unavailable");
    return new RequestError(503, "table-unavailable", reason);
}
