import type { Estate } from "../estate";
import type { Update } from "../stacks";
import { chooseStacks, describe, ensureStacks, type LifecycleOptions } from "./deploy";

export interface PreviewReport {
    readonly stacks: readonly Update[];
    /** No stack failed and no mandatory policy was violated. */
    readonly ok: boolean;
}

/**
 * What `deploy` would change in each stack, and every policy violation. Changes nothing on AWS. A
 * stack that the backend does not have yet is made there, empty: only then can it be previewed.
 */
export async function preview(
    estate: Estate,
    options: LifecycleOptions = {},
): Promise<PreviewReport> {
    const updates: Update[] = [];
    const order = chooseStacks(estate, options.stacks);
    await ensureStacks(estate, order);
    // Two at a time: a preview of a large stack keeps more than one core busy.
    const waiting = [...order];
    const worker = async (): Promise<void> => {
        for (let stack = waiting.shift(); stack !== undefined; stack = waiting.shift()) {
            const update = await estate.stacks.preview(stack, {
                policyPacks: estate.policyPacks.standing,
                signal: options.signal,
            });
            options.onProgress?.(describe(update));
            updates.push(update);
        }
    };
    await Promise.all([worker(), worker()]);
    updates.sort((a, b) => order.indexOf(a.stack) - order.indexOf(b.stack));
    return {
        stacks: updates,
        ok: updates.every(
            (update) =>
                update.error === undefined &&
                update.violations.every((violation) => violation.level !== "mandatory"),
        ),
    };
}

/** The report for a person: per stack the change, then the violations. */
export function previewText(report: PreviewReport): string {
    return report.stacks
        .flatMap((update) => [
            describe(update),
            ...update.changes.map((change) => {
                const paths = change.paths.length > 0 ? ` (${change.paths.join(", ")})` : "";
                return `  ${change.operation} ${change.type} ${change.name}${paths}`;
            }),
            ...update.violations.map(
                (violation) => `  ${violation.level} ${violation.policy}: ${violation.message}`,
            ),
            ...(update.error === undefined ? [] : [`  ${update.error.message}`]),
        ])
        .join("\n");
}
