import { isCachePrimary, isRole, isWriteName } from "../changeProof";
import type { DeployedGlobal } from "../deployedGlobal";
import type { Update } from "../stacks";

/** One thing that settles. */
export interface SettleResult {
    readonly what: string;
    /** `left`: what it needs does not answer; settling again does it. */
    readonly outcome: "planned" | "done" | "settled-before" | "left";
    /** Real seconds of its update; 0 without one. */
    readonly seconds: number;
    readonly detail?: string;
}

/**
 * The dial's result, and the roles' where the region has or had them. Caches that move with the writer
 * are no result of their own.
 *
 * @param preview what was to change.
 * @param update undefined when nothing was carried out.
 */
export function reachResults(
    region: string,
    { roles, cache }: Pick<DeployedGlobal, "roles" | "cache">,
    preview: Update,
    update: Update | undefined,
    dryRun: boolean,
): readonly SettleResult[] {
    const result = (what: string, changes: boolean, detail?: string): SettleResult => ({
        what,
        outcome: !changes ? "settled-before" : dryRun ? "planned" : "done",
        seconds: changes ? (update?.seconds ?? 0) : 0,
        ...(detail === undefined ? {} : { detail }),
    });
    const moves = preview.changes.some((change) => isRole(change) && !isCachePrimary(change));
    const standsIn = !moves && preview.changes.some(isCachePrimary);
    const dials = preview.changes.some((change) => !isRole(change) && !isWriteName(change));
    return [
        result(`accelerator's dial for ${region}: 0 %`, dials),
        ...(moves || roles?.writerHome === region
            ? [result("who writes", moves, moves ? changeText(update) : undefined)]
            : []),
        ...(standsIn || (!moves && cache?.standIn !== undefined)
            ? [result("the caches' primary", standsIn)]
            : []),
    ];
}

export function nameResult(
    outcome: SettleResult["outcome"],
    seconds: number,
    detail?: string,
): SettleResult {
    const what = "the name of who writes";
    return { what, outcome, seconds, ...(detail === undefined ? {} : { detail }) };
}

/** How the roles changed, as the owner of the writer saw it. */
function changeText(update: Update | undefined): string | undefined {
    const change = update?.outputs?.["writerChange"] as
        { kind: string; from: string; to: string; lagSeconds: number } | undefined;
    if (change === undefined) {
        return undefined;
    }
    const behind =
        change.lagSeconds < 0
            ? "how far it was behind is not known"
            : `${change.lagSeconds} s behind`;
    return change.kind === "failover"
        ? `failover from ${change.from} to ${change.to}, ${behind}`
        : `${change.kind} from ${change.from} to ${change.to}`;
}
