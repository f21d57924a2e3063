import { type PolicyResource, UnknownValueError } from "@pulumi/policy";

export interface Vote {
    readonly urn: string;
    /** Region the vote is about, or `self-test`. */
    readonly subject: string;
    /** Body of the object; undefined while it is not known. */
    readonly body: unknown;
    /** Region the object lives in. */
    readonly region: unknown;
}

export const selfTest = "self-test";

/** Every `votes/*` object of the stack. */
export function votesIn(resources: readonly PolicyResource[]): readonly Vote[] {
    return resources
        .filter((resource) => resource.type === "aws:s3/bucketObjectv2:BucketObjectv2")
        .flatMap(({ urn, props }) => {
            const subject = /^votes\/(.+)$/.exec(String(known(() => props["key"])))?.[1];
            return subject === undefined
                ? []
                : [
                      {
                          urn,
                          subject,
                          body: known(() => props["content"]),
                          region: known(() => props["region"]),
                      },
                  ];
        });
}

/** The value, or undefined where a preview does not know it yet. */
function known(get: () => unknown): unknown {
    try {
        return get();
    } catch (error) {
        if (error instanceof UnknownValueError) {
            return undefined;
        }
        throw error;
    }
}
