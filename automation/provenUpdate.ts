import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { proveChange, type ExpectedChange } from "./changeProof";
import { AutomationError, messageOf } from "./errors";
import type { Estate } from "./estate";
import type { Journal } from "./journal";
import {
    readStackFile,
    stackFile,
    withEdits,
    writeAtomically,
    type ConfigEdit,
} from "./stackConfig";
import type { PolicyPackUse, Update } from "./stacks";

/** One stack's part in a lane: edits of its configuration and the change they must amount to. */
export interface Intent {
    readonly stack: string;
    readonly edits: readonly ConfigEdit[];
    readonly expected: ExpectedChange;
    /** Packs of the update, given its proof. */
    readonly policyPacks: (proof: Proof) => readonly PolicyPackUse[];
    readonly message: string;
}

/** What became of an intent. */
export type IntentOutcome =
    | { readonly kind: "updated"; readonly stack: string; readonly update: Update }
    | { readonly kind: "unchanged"; readonly stack: string; readonly preview: Update }
    /** The preview held more than the change; nothing was written. */
    | { readonly kind: "refused"; readonly stack: string; readonly problems: readonly string[] }
    /** The stack, its state or its region could not be reached. */
    | { readonly kind: "failed"; readonly stack: string; readonly error: AutomationError };

/** What an update will be, and what it is limited to, as URNs. */
export interface Proof {
    readonly preview: Update;
    readonly targets: readonly string[];
}

/** A preview that was proven; what `run` needs. */
export interface ProvenIntent extends Proof {
    readonly intent: Intent;
    readonly pending: boolean;
}

export interface Plan {
    readonly proven: readonly ProvenIntent[];
    readonly rejected: readonly Extract<IntentOutcome, { kind: "refused" | "failed" }>[];
}

/**
 * Previews every intent in parallel, each with a copy of its stack's file that holds the edits, and
 * proves the changes. Writes nothing in the project: what is refused leaves no trace.
 */
export async function planIntents(
    estate: Estate,
    intents: readonly Intent[],
    signal?: AbortSignal,
): Promise<Plan> {
    const proven: ProvenIntent[] = [];
    const rejected: Extract<IntentOutcome, { kind: "refused" | "failed" }>[] = [];
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-plan-"));
    try {
        await Promise.all(
            intents.map(async (intent, i) => {
                try {
                    // Two intents may be one stack's.
                    const own = path.join(folder, String(i));
                    await fs.mkdir(own);
                    const preview = await previewIntent(estate, intent, own, signal);
                    const proof = proveChange(preview, intent.expected);
                    if (proof.kind === "proven") {
                        proven.push({ intent, preview, ...proof });
                    } else if (preview.error !== undefined && preview.error.code !== "policy") {
                        rejected.push({
                            kind: "failed",
                            stack: intent.stack,
                            error: preview.error,
                        });
                    } else {
                        const { problems } = proof;
                        rejected.push({ kind: "refused", stack: intent.stack, problems });
                    }
                } catch (error) {
                    rejected.push({ kind: "failed", stack: intent.stack, error: asError(error) });
                }
            }),
        );
    } finally {
        await fs.rm(folder, { recursive: true, force: true });
    }
    return { proven: proven.sort(byStack), rejected };
}

async function previewIntent(
    estate: Estate,
    intent: Intent,
    folder: string,
    signal: AbortSignal | undefined,
): Promise<Update> {
    const text = await readStackFile(estate.configFolder, intent.stack);
    const configFile = stackFile(folder, intent.stack);
    await fs.writeFile(
        configFile,
        withEdits(text, intent.edits, stackFile(estate.configFolder, intent.stack)),
    );
    return estate.stacks.preview(intent.stack, { configFile, signal });
}

export interface RunOptions {
    readonly journal: Journal;
    /** Prefix of the journal's step names, when a run has several lanes. @default none */
    readonly stage?: string;
    /** As many as must succeed; the rest are not waited for much longer than these. */
    readonly needed: number;
    /** How long to wait for the rest once enough have succeeded. @default 30 */
    readonly stragglerSeconds?: number;
    readonly signal?: AbortSignal | undefined;
}

/**
 * Carries proven intents out: every stack's file gets its edits, then the updates run in parallel,
 * each limited to the resources of its proof. The file comes first so that a killed run, or the next
 * ordinary `pulumi up`, still leads where this one was going.
 */
export async function runIntents(
    estate: Estate,
    proven: readonly ProvenIntent[],
    options: RunOptions,
): Promise<readonly IntentOutcome[]> {
    const { journal } = options;
    const prefix = options.stage === undefined ? "" : `${options.stage}:`;
    for (const { intent } of proven) {
        await journal.step(`${prefix}write:${intent.stack}`, () => writeEdit(estate, intent));
    }
    const straggling = new AbortController();
    const signal = options.signal
        ? AbortSignal.any([options.signal, straggling.signal])
        : straggling.signal;
    let succeeded = 0;
    let timer: NodeJS.Timeout | undefined;
    const outcomes = await Promise.all(
        proven.map(async (one): Promise<IntentOutcome> => {
            const { stack } = one.intent;
            try {
                const outcome = await journal.step(`${prefix}update:${stack}`, () =>
                    runIntent(estate, one, signal),
                );
                if (++succeeded === options.needed) {
                    timer = setTimeout(
                        () => straggling.abort(),
                        (options.stragglerSeconds ?? 30) * 1000,
                    );
                }
                return outcome;
            } catch (error) {
                return { kind: "failed", stack, error: asError(error) };
            }
        }),
    );
    clearTimeout(timer);
    return outcomes;
}

async function writeEdit(estate: Estate, intent: Intent): Promise<void> {
    const file = stackFile(estate.configFolder, intent.stack);
    const before = await readStackFile(estate.configFolder, intent.stack);
    const after = withEdits(before, intent.edits, file);
    if (after !== before) {
        await writeAtomically(file, after);
    }
}

/** @throws AutomationError when the update failed. */
async function runIntent(
    estate: Estate,
    one: ProvenIntent,
    signal: AbortSignal,
): Promise<IntentOutcome> {
    const { stack, policyPacks, message } = one.intent;
    if (!one.pending) {
        return { kind: "unchanged", stack, preview: one.preview };
    }
    const update = await estate.stacks.up(stack, {
        policyPacks: policyPacks(one),
        message,
        signal,
        // Without a resource to change, only the stack's outputs are behind.
        ...(one.targets.length > 0 ? { targets: one.targets } : {}),
    });
    if (update.error !== undefined) {
        throw update.error;
    }
    const proof = proveChange(update, one.intent.expected);
    if (proof.kind === "refused") {
        throw new AutomationError(
            "unexpected-change",
            `${stack}: its update did more than it was proven to do: ${proof.problems.join("; ")}`,
        );
    }
    return { kind: "updated", stack, update };
}

function asError(error: unknown): AutomationError {
    return error instanceof AutomationError
        ? error
        : new AutomationError("failed", messageOf(error), { cause: error });
}

function byStack(a: ProvenIntent, b: ProvenIntent): number {
    return a.intent.stack < b.intent.stack ? -1 : 1;
}
