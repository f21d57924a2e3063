import { readsFrom, stackNames } from "../../infra/topology";
import { AutomationError } from "../errors";
import type { Estate } from "../estate";
import { checkPackConfigs, type AskOptions } from "../gate/askPacks";
import { changeEstate, refuseLeftovers } from "../estateChange";
import type { Update } from "../stacks";

export interface LifecycleOptions {
    /** Only these stacks. @default all */
    readonly stacks?: readonly string[];
    /** Make the estate the project's own first. @default it is already */
    readonly changeEstate?: boolean;
    /** Every stack is new: its state is written once, at the end. @default false */
    readonly fresh?: boolean;
    readonly onProgress?: (line: string) => void;
    readonly signal?: AbortSignal;
}

/**
 * Deploys the region stacks in parallel, then the global stack, which reads their outputs. Every
 * update runs under the standing policies; a failed region stack leaves the global one as it is.
 *
 * @throws AutomationError with what failed in each stack.
 */
export async function deploy(
    estate: Estate,
    options: LifecycleOptions & Pick<AskOptions, "askPack"> = {},
): Promise<readonly Update[]> {
    const chosen = chooseStacks(estate, options.stacks);
    await checkPackConfigs(estate, options);
    await (options.changeEstate === true ? changeEstate(estate) : refuseLeftovers(estate));
    await ensureStacks(estate, chosen);
    return inOrder(chosen, (stack) => updateStack(estate, stack, options));
}

/**
 * Creates the stacks that the backend does not have yet, empty.
 *
 * @param signal ends it between two stacks.
 */
export async function ensureStacks(
    estate: Estate,
    stacks: readonly string[],
    signal?: AbortSignal,
): Promise<void> {
    // One after the other: creating a stack is quick, and two at once may meet in the engine's own files.
    for (const stack of stacks) {
        signal?.throwIfAborted();
        await estate.stacks.ensure(stack);
    }
}

/** Every stack, or the ones chosen, each after those it reads. @throws AutomationError `usage` for an unknown one. */
export function chooseStacks(
    estate: Estate,
    chosen: readonly string[] | undefined,
): readonly string[] {
    const all = stackNames(estate.topology);
    const unknown = (chosen ?? []).filter((stack) => !all.includes(stack));
    if (unknown.length > 0) {
        throw new AutomationError(
            "usage",
            `unknown stack: ${unknown.map((stack) => JSON.stringify(stack)).join(", ")}; the stacks are ${all.join(", ")}`,
        );
    }
    return chosen === undefined ? all : all.filter((stack) => chosen.includes(stack));
}

/** Runs what reads nothing in parallel, then the rest; stops at the first part that fails. */
export async function inOrder(
    stacks: readonly string[],
    run: (stack: string) => Promise<Update>,
): Promise<readonly Update[]> {
    const first = stacks.filter((stack) => readsFrom(stack).length === 0);
    const second = stacks.filter((stack) => readsFrom(stack).length > 0);
    const updates: Update[] = [];
    for (const part of [first, second]) {
        updates.push(...(await Promise.all(part.map(run))));
        throwFailures(updates);
    }
    return updates;
}

/** One error for all that failed. */
export function throwFailures(updates: readonly Update[]): void {
    const errors = updates.flatMap((update) => (update.error === undefined ? [] : [update.error]));
    const [first, ...others] = errors;
    if (first !== undefined) {
        throw others.length === 0
            ? first
            : new AutomationError(first.code, errors.map((error) => error.message).join("\n"));
    }
}

async function updateStack(
    estate: Estate,
    stack: string,
    options: LifecycleOptions,
): Promise<Update> {
    const update = await estate.stacks.up(stack, {
        policyPacks: estate.policyPacks.standing,
        signal: options.signal,
        message: "deploy",
        ...(options.fresh === true ? { checkpoints: "at the end" as const } : {}),
    });
    options.onProgress?.(describe(update));
    return update;
}

/** One line: `eu-west-1: 61 created in 12.3 s`. */
export function describe(update: Update): string {
    if (update.error !== undefined) {
        const what = update.error.code === "policy" ? "refused by policy" : "failed";
        return `${update.stack}: ${what} after ${update.seconds.toFixed(1)} s`;
    }
    const counts = Object.entries(update.counts)
        .filter(([operation]) => operation !== "same")
        .map(([operation, count]) => `${count} ${operation}`);
    return `${update.stack}: ${counts.join(", ") || "no change"} in ${update.seconds.toFixed(1)} s`;
}
