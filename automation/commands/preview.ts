import path from "node:path";

import { messageOf } from "../errors";
import type { Estate } from "../estate";
import { componentPlaces } from "../gate/places";
import { refuseUnknownRules } from "../gate/packConfig";
import { gateReport, type AskedPack, type GateReport } from "../gate/report";
import { readPackInfo, type PackInfo } from "../pulumi/packInfo";
import { stackFile } from "../stackConfig";
import type { Update } from "../stacks";
import { chooseStacks, describe, ensureStacks, type LifecycleOptions } from "./deploy";

export interface PreviewOptions extends LifecycleOptions {
    /** What a pack says of itself. @default it is started and asked */
    readonly askPack?: (folder: string, signal?: AbortSignal) => Promise<PackInfo>;
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
    const updates: Update[] = [];
    const order = chooseStacks(estate, options.stacks);
    await ensureStacks(estate, order);
    const packs = await askPacks(estate, options);
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
    const gate = gateReport({
        updates,
        packs,
        fileOf: (stack) => fromProject(estate, stackFile(estate.configFolder, stack)),
        places: await componentPlaces(estate.projectFolder),
    });
    return { stacks: updates, gate };
}

function askPacks(estate: Estate, options: PreviewOptions): Promise<AskedPack[]> {
    const ask = options.askPack ?? readPackInfo;
    return Promise.all(
        estate.policyPacks.standing.map(async ({ folder, config }): Promise<AskedPack> => {
            const title = fromProject(estate, folder);
            let info: PackInfo;
            try {
                info = await ask(folder, options.signal);
            } catch (error) {
                options.signal?.throwIfAborted();
                return { folder, title, failure: messageOf(error) };
            }
            refuseUnknownRules(title, info, config);
            return { folder, title, info };
        }),
    );
}

function fromProject(estate: Estate, file: string): string {
    return path.relative(estate.projectFolder, file).split(path.sep).join("/");
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
            ...(report?.findings ?? []).map((one) => {
                const resource = one.resource === "" ? "" : ` ${one.resource}:`;
                return `  ${one.level} ${one.rule}:${resource} ${one.message}`;
            }),
            ...(report?.failure === undefined ? [] : [`  ${report.failure}`]),
        ];
    });
    return [...lines, ...gate.packFailures].join("\n");
}
