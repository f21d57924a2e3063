import { type PolicyResource, UnknownValueError } from "@pulumi/policy";

import { regionOf } from "./regionOf";

/** A value that a preview does not know yet. */
export const unknown = Symbol("unknown");

export interface Vote {
    readonly urn: string;
    /** Region the vote is about, or `self-test`. */
    readonly subject: string;
    /** Body of the object, or `unknown`; undefined when it comes from where nobody can check it (a file, a copy). */
    readonly body: unknown;
    /** Region the object lives in, or `unknown`. */
    readonly region: unknown;
}

export const selfTest = "self-test";

/** Whatever can write an object: a vote is its key and its body, not the resource that made it. */
const objectTypes = [
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/objectCopy:ObjectCopy",
];

/** What a resource says as a `votes/*` object; undefined for all else. */
export function voteOf(
    resource: Pick<PolicyResource, "type" | "urn" | "props" | "provider">,
): Vote | undefined {
    const { type, urn, props } = resource;
    if (!objectTypes.includes(type)) {
        return undefined;
    }
    const subject = /^votes\/(.+)$/.exec(String(known(() => props["key"])))?.[1];
    return subject === undefined
        ? undefined
        : {
              urn,
              subject,
              body: known(() => props["content"]),
              region: known(() => regionOf(resource)),
          };
}

/** Every `votes/*` object of the stack. */
export function votesIn(resources: readonly PolicyResource[]): readonly Vote[] {
    return resources.map(voteOf).filter((vote) => vote !== undefined);
}

/** A value, or `unknown` while a preview does not have it. */
export function known(get: () => unknown): unknown {
    try {
        return get();
    } catch (error) {
        if (error instanceof UnknownValueError) {
            return unknown;
        }
        throw error;
    }
}
