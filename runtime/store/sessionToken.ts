import { createHash } from "node:crypto";

import { VersionVector } from "../consistency/versionVector";
import type { Key } from "./keys";

/** Thrown for a text that is no session token. */
export class MalformedTokenError extends Error {
    override readonly name = "MalformedTokenError";
}

/** How many items a session remembers. One more, and the one it touched longest ago is forgotten. */
export const mostTokenKeys = 32;

const entryPattern = /^([A-Za-z0-9_-]{11})=(.+)$/;

/**
 * What a session has seen: the newest version of each item that it read or wrote, of the last
 * `mostTokenKeys` items. Immutable; it travels with the client, such as in a cookie of at most 4 KB with
 * four regions.
 *
 * A replica is new enough for the session if what it has of an item contains the version in the token: that
 * is read-your-writes and monotonic reads, item by item (Terry et al., "Session Guarantees for Weakly
 * Consistent Replicated Data", PDIS 1994). A mark of time would not do: a global table replicates every
 * item on its own, and says of no moment that everything before it has arrived.
 */
export class SessionToken {
    static readonly empty: SessionToken = new this(new Map());

    private constructor(
        /** By hash of the key, the latest last. */
        private readonly seen: ReadonlyMap<string, VersionVector>,
    ) {}

    /** The inverse of `toString`. @throws MalformedTokenError */
    static parse(text: string): SessionToken {
        if (text === "") {
            return SessionToken.empty;
        }
        const seen = new Map<string, VersionVector>();
        for (const entry of text.split(";", mostTokenKeys + 1)) {
            const [, key = "", vector = ""] = entryPattern.exec(entry) ?? [];
            try {
                if (key === "" || seen.has(key) || seen.size === mostTokenKeys) {
                    throw new Error(
                        `it has at most ${mostTokenKeys} entries <hash>=<vector>, each once`,
                    );
                }
                seen.set(key, VersionVector.parse(vector));
            } catch (error) {
                throw new MalformedTokenError(
                    `${JSON.stringify(entry)} is no part of a session token: ${(error as Error).message}`,
                    { cause: error },
                );
            }
        }
        return new SessionToken(seen);
    }

    /** What the session has seen of an item; nothing, if it has not, or so long ago that it is forgotten. */
    of(key: Key): VersionVector {
        return this.seen.get(hashOf(key)) ?? VersionVector.empty;
    }

    /** Having seen a version of an item. */
    saw(key: Key, version: VersionVector): SessionToken {
        const hash = hashOf(key);
        const known = this.of(key).merge(version);
        if (known.size === 0) {
            return this;
        }
        const seen = new Map(this.seen);
        seen.delete(hash);
        seen.set(hash, known);
        const [oldest] = seen.keys();
        if (seen.size > mostTokenKeys && oldest !== undefined) {
            seen.delete(oldest);
        }
        return new SessionToken(seen);
    }

    /** `<hash>=<vector>` for each item, with semicolons. */
    toString(): string {
        return [...this.seen].map(([hash, vector]) => `${hash}=${vector}`).join(";");
    }
}

/** 64 bits: two of a session's items have one hash with a probability of 3e-17. */
function hashOf({ pk, sk }: Key): string {
    const digest = createHash("sha256").update(`${pk}\n${sk}`).digest();
    return digest.subarray(0, 8).toString("base64url");
}
