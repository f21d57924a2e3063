import type { PolicyResource } from "@pulumi/policy";

import { objectTypes } from "./buckets";
import { ofType, read } from "./support";
import { selfTest } from "./voteChecks";

export const selfTestKey = `votes/${selfTest}`;

/** A word that a region keeps about another, or for its self-test. */
export interface VoteObject {
    readonly resource: PolicyResource;
    /** Region that the word is about, or `self-test`. */
    readonly subject: string;
    /** Region of the object; `unknown` in a preview, undefined where the provider does not say. */
    readonly voter: unknown;
}

/** Objects whose key is `votes/<subject>`, by URN, and not as they happened to be registered. */
export function voteObjects(resources: readonly PolicyResource[]): readonly VoteObject[] {
    return ofType(resources, ...objectTypes)
        .flatMap((resource) => {
            const key = read(() => resource.props["key"]);
            const subject = typeof key === "string" ? /^votes\/(.+)$/s.exec(key)?.[1] : undefined;
            const voter = read(() => resource.props["region"] as unknown);
            return subject === undefined ? [] : [{ resource, subject, voter }];
        })
        .sort((a, b) => (a.resource.urn < b.resource.urn ? -1 : 1));
}
