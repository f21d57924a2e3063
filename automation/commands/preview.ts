import Table from "cli-table3";

import type { Estate } from "../estate";
import { askPacks, fromProject, inPairs, type AskOptions } from "../gate/askPacks";
import { commitOf, repositoryOf } from "../gate/consequences/baseProject";
import type { Consequences } from "../gate/consequences/compare";
import { consequenceLine, consequenceTables } from "../gate/consequences/tables";
import { verdict } from "../gate/markdown";
import { componentPlaces } from "../gate/places";
import { gateReport, type GateReport, type StackReport } from "../gate/report";
import { stackFile } from "../stackConfig";
import type { Update } from "../stacks";
import { consequences, type Against } from "./against";
import { chooseStacks, describe, ensureStacks, type LifecycleOptions } from "./deploy";

export interface PreviewOptions extends LifecycleOptions, Pick<AskOptions, "askPack"> {
    /** Also what the change does to users; for the whole estate only. @default not asked */
    readonly against?: Against;
}

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
    const { against } = options;
    if (against !== undefined) {
        // Known before minutes are spent on previews.
        await commitOf(await repositoryOf(estate.projectFolder), against.revision);
    }
    await ensureStacks(estate, order);
    const packs = await askPacks(estate, options);
    const updates = await inPairs(order, async (stack) => {
        const update = await estate.stacks.preview(stack, {
            policyPacks: estate.policyPacks.standing,
            signal: options.signal,
            dependencies: options.against !== undefined,
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
    if (against === undefined) {
        return { stacks: updates, gate };
    }
    const { rules } = gate;
    const compared = await consequences(estate, against, updates, { ...options, rules });
    return { stacks: updates, gate: { ...gate, consequences: compared } };
}

/** The report for a person: per stack the change, then what the rules say; last, the verdict and why. */
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
    return [
        ...lines,
        ...consequenceLines(gate.consequences),
        ...gate.packFailures,
        verdict(gate),
    ].join("\n");
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

function consequenceLines(compared: Consequences | undefined): readonly string[] {
    if (compared === undefined) {
        return [];
    }
    const tables = "failure" in compared.outcome ? [] : consequenceTables(compared.outcome);
    return [
        "",
        consequenceLine(compared),
        ...tables.flatMap(({ title, unchanged, head, rows }) => {
            const table = new Table({ head: [...head], style: { head: [], border: [] } });
            table.push(...rows.map((row) => [...row]));
            return rows.length === 0 ? [`${title}: ${unchanged}`] : [`${title}:`, table.toString()];
        }),
    ];
}
