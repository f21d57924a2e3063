import type { HealthCheck } from "./routing/healthChecks";
import type { RecordTree } from "./routing/recordTree";

/** A health check that reads a word which one region keeps about another. */
export interface VoteCheck {
    readonly check: HealthCheck;
    /** Region that the word is about, or `self-test`. */
    readonly subject: string;
    /** Region that keeps the word; undefined while that is not known. */
    readonly voter: string | undefined;
}

export const selfTest = "self-test";
export const evacuate = "evacuate";

/** The checks of a tree that read `/votes/<subject>`. */
export function voteChecksIn(tree: RecordTree): readonly VoteCheck[] {
    return tree.checks.all.flatMap((check) => {
        const subject = /^\/?votes\/([^/?]+)$/.exec(check.path ?? "")?.[1];
        return subject === undefined
            ? []
            : [{ check, subject, voter: tree.regionOfHost(check.host, check.hostFrom) }];
    });
}
