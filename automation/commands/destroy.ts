import { readsFrom } from "../../infra/topology";
import type { Estate } from "../estate";
import type { Update } from "../stacks";
import { chooseStacks, describe, throwFailures, type LifecycleOptions } from "./deploy";

/**
 * What deletion protection asks for first. Protected resources are refused by AWS, not by us, so
 * the order of things is a person's to decide.
 */
export const deletionProtectionNotice = [
    "load balancers and the table's replicas are protected from deletion, and buckets must be empty:",
    "  - set deletion protection to false in the components and deploy once, or switch it off by hand",
    "  - empty the votes and access-log buckets, all versions of every object",
].join("\n");

/** What goes first, and what goes once that is gone; a part may go in parallel. None is empty. */
export function destroyOrder(
    estate: Estate,
    stacks: readonly string[] | undefined,
): readonly (readonly string[])[] {
    const chosen = chooseStacks(estate, stacks);
    return [
        chosen.filter((stack) => readsFrom(stack).length > 0),
        chosen.filter((stack) => readsFrom(stack).length === 0),
    ].filter((part) => part.length > 0);
}

/**
 * Destroys in the reverse order of `deploy`: the global stack, then the region stacks in parallel.
 *
 * @throws AutomationError with what failed in each stack.
 */
export async function destroy(
    estate: Estate,
    options: LifecycleOptions = {},
): Promise<readonly Update[]> {
    const updates: Update[] = [];
    for (const part of destroyOrder(estate, options.stacks)) {
        const done = await Promise.all(
            part.map(async (stack) => {
                const update = await estate.stacks.destroy(stack, { signal: options.signal });
                options.onProgress?.(describe(update));
                return update;
            }),
        );
        updates.push(...done);
        throwFailures(updates);
    }
    return updates;
}
