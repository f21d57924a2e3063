import { messageOf } from "../errors";
import type { Estate } from "../estate";
import { inPairs } from "../gate/askPacks";
import { checkOut, commitOf, repositoryOf } from "../gate/consequences/baseProject";
import { compare, demandOf, type Compared, type Consequences } from "../gate/consequences/compare";
import type { Rule } from "../gate/report";
import { stackNames } from "../../infra/topology";
import type { DeployedResource, StackRunner, Update } from "../stacks";

/** What to compare a change with. */
export interface Against {
    /** Branch, tag or commit. */
    readonly revision: string;
    /** The same engine on another project folder. */
    readonly openStacks: (projectFolder: string) => Promise<StackRunner>;
}

export interface AgainstOptions {
    readonly rules: readonly Rule[];
    readonly onProgress?: ((line: string) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
}

/**
 * What a change does to users. Before it is what the other revision's program would make of the stacks
 * as they are deployed, after it what this one would: each is a preview, so that the comparison is
 * between two programs, whatever has been deployed since.
 *
 * @param after previews with dependencies, of the whole estate.
 * @throws AutomationError `usage` for a revision that there is not
 */
export async function consequences(
    estate: Estate,
    { revision, openStacks }: Against,
    after: readonly Update[],
    { rules, onProgress, signal }: AgainstOptions,
): Promise<Consequences> {
    const commit = await commitOf(await repositoryOf(estate.projectFolder), revision);
    const outcomeOf = async (): Promise<Compared | { readonly failure: string }> => {
        const unseen = after.find(({ error }) => error !== undefined && error.code !== "policy");
        if (unseen !== undefined) {
            return { failure: `${unseen.stack} has no preview` };
        }
        const base = await checkOut(estate, commit, signal);
        try {
            const stacks = await openStacks(base.projectFolder);
            const names = stackNames(estate.topology);
            const before = await inPairs(names, async (stack) => {
                const update = await stacks.preview(stack, { dependencies: true, signal });
                onProgress?.(`${stack} of ${revision}: ${update.seconds.toFixed(1)} s`);
                return update;
            });
            const failed = before.find(({ error }) => error !== undefined);
            if (failed !== undefined) {
                return { failure: `${revision}: ${failed.error?.message}` };
            }
            // What policy refused is worth comparing, too; the engine plans it only without the packs.
            const planned = await inPairs(names, async (stack) => {
                const update = after.find((one) => one.stack === stack);
                return update?.error === undefined && update !== undefined
                    ? update
                    : estate.stacks.preview(stack, { dependencies: true, signal });
            });
            const deployed = new Map<string, readonly DeployedResource[]>();
            for (const stack of names) {
                deployed.set(stack, await estate.stacks.resources(stack));
            }
            const configured = Object.assign(
                {},
                ...estate.policyPacks.standing.map(({ config }) => config),
            ) as Readonly<Record<string, unknown>>;
            return compare({
                deployed,
                before,
                after: planned,
                demand: demandOf(rules, configured),
            });
        } finally {
            await base.remove();
        }
    };
    try {
        return { revision, commit, outcome: await outcomeOf() };
    } catch (error) {
        signal?.throwIfAborted();
        return { revision, commit, outcome: { failure: messageOf(error) } };
    }
}
