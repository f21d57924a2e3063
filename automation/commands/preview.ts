import type { Estate } from "../estate";
import { askPacks, fromProject, inPairs, type AskOptions } from "../gate/askPacks";
import { componentPlaces } from "../gate/places";
import { gateReport, type GateReport, type StackReport } from "../gate/report";
import { stackFile } from "../stackConfig";
import type { Update } from "../stacks";
import { chooseStacks, describe, ensureStacks, type LifecycleOptions } from "./deploy";

export interface PreviewOptions extends LifecycleOptions, Pick<AskOptions, "askPack"> {}

export interface PreviewReport {
    readonly stacks: readonly Update[];
    readonly gate: GateReport;
}

/**
 * What `deploy` would change in each stack, and every policy violation. Changes nothing on AWS. A
 * stack that the backend does not have yet is made there, empty: only then can it be previewed.
 */
export async function preview(
    estate: Estate,
    options: PreviewOptions = {},
): Promise<PreviewReport> {
    const order = chooseStacks(estate, options.stacks);
    await ensureStacks(estate, order);
    const packs = await askPacks(estate, options);
    const updates = await inPairs(order, async (stack) => {
        const update = await estate.stacks.preview(stack, {
            policyPacks: estate.policyPacks.standing,
            signal: options.signal,
        });
        options.onProgress?.(describe(update));
        return update;
    });
    const gate = gateReport({
        subject: "preview",
        updates,
        packs,
        fileOf: (stack) => fromProject(estate, stackFile(estate.configFolder, stack)),
        places: await componentPlaces(estate.projectFolder),
    });
    return { stacks: updates, gate };
}

/** The report for a person: per stack the change, then what the rules say; last, why it failed. */
export function previewText({ stacks, gate }: PreviewReport): string {
    const lines = stacks.flatMap((update) => {
        const report = gate.stacks.find(({ stack }) => stack === update.stack);
        return [
            describe(update),
            ...update.changes.map((change) => {
                const paths = change.paths.length > 0 ? ` (${change.paths.join(", ")})` : "";
                return `  ${change.operation} ${change.type} ${change.name}${paths}`;
            }),
            ...(report === undefined ? [] : findingLines(report)),
        ];
    });
    return [...lines, ...gate.packFailures].join("\n");
}

/** What the rules say of a stack, and why there is no verdict. */
export function findingLines({ findings, failure }: StackReport): readonly string[] {
    return [
        ...findings.map((one) => {
            const resource = one.resource === "" ? "" : ` ${one.resource}:`;
            return `  ${one.level} ${one.rule}:${resource} ${one.message}`;
        }),
        ...(failure === undefined ? [] : [`  ${failure}`]),
    ];
}
