import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";

import { isMap, parseDocument, type Document } from "yaml";

import { AutomationError, messageOf } from "./errors";

export type Vote = "in-service" | "evacuate";

/** One value of a stack's configuration, such as `meridian:votes` / `us-east-1` / `evacuate`. */
export interface ConfigEdit {
    readonly key: string;
    /** Of a map; without one, the key's value itself. */
    readonly entry?: string;
    /** Undefined takes it out. */
    readonly value: string | number | undefined;
}

export function voteEdit(region: string, vote: Vote): ConfigEdit {
    return { key: "meridian:votes", entry: region, value: vote };
}

/** @param percent of the region's own users that it serves itself, 0 to 100. */
export function shareEdit(region: string, percent: number): ConfigEdit {
    return { key: "meridian:shares", entry: region, value: percent };
}

/** @param percent of the accelerator's connections nearest to the region that it takes, 0 to 100. */
export function dialEdit(region: string, percent: number): ConfigEdit {
    return { key: "meridian:dials", entry: region, value: percent };
}

/** What may be said of the writer, beside which region it is. */
export interface WriterSettings {
    readonly writer: string;
    readonly standby: string;
    /** Where it belongs while it is elsewhere. */
    readonly writerHome: string | undefined;
    /** Region whose latest writes may be lost. */
    readonly acceptDataLoss: string | undefined;
}

export function writerEdits(settings: WriterSettings): readonly ConfigEdit[] {
    return (["writer", "standby", "writerHome", "acceptDataLoss"] as const).map((name) => ({
        key: `meridian:${name}`,
        value: settings[name],
    }));
}

/** @param region whose cache takes writes while the one that should is out; undefined for none */
export function standInEdit(region: string | undefined): ConfigEdit {
    return { key: "meridian:cache", entry: "standIn", value: region };
}

/** Path of `Pulumi.<stack>.yaml`. */
export function stackFile(configFolder: string, stack: string): string {
    return path.join(configFolder, `Pulumi.${stack}.yaml`);
}

/** The file's text with the edits made. Comments, order and every other value stay as they are. */
export function withEdits(text: string, edits: readonly ConfigEdit[], file: string): string {
    const document = parse(text, file);
    for (const edit of edits) {
        const held = document.getIn(["config", edit.key]);
        if (edit.entry !== undefined && held !== undefined && !isMap(held)) {
            throw new AutomationError(
                "usage",
                `${file}: \`config.${edit.key}\` must be a map by region, got ${JSON.stringify(held)}`,
            );
        }
        if (edit.value !== undefined) {
            document.setIn(pathOf(edit), edit.value);
        } else if (held !== undefined) {
            document.deleteIn(pathOf(edit));
        }
    }
    return document.toString({ lineWidth: 0 });
}

/** The value that an edit is about; undefined when the file does not mention it. */
export function readEntry(
    text: string,
    edit: Pick<ConfigEdit, "key" | "entry">,
    file: string,
): unknown {
    return parse(text, file).getIn(pathOf(edit));
}

function pathOf({ key, entry }: Pick<ConfigEdit, "key" | "entry">): readonly string[] {
    return ["config", key, ...(entry === undefined ? [] : [entry])];
}

export async function readStackFile(configFolder: string, stack: string): Promise<string> {
    const file = stackFile(configFolder, stack);
    try {
        return await fs.readFile(file, "utf8");
    } catch (error) {
        throw new AutomationError(
            "usage",
            `${file} cannot be read (${messageOf(error)}); every stack needs its Pulumi.<stack>.yaml`,
            { cause: error },
        );
    }
}

/** Replaces a file as a whole: a reader sees the old text or the new one, never a part. */
export async function writeAtomically(file: string, text: string): Promise<void> {
    const temporary = `${file}.${randomUUID()}.tmp`;
    const handle = await fs.open(temporary, "w");
    try {
        await handle.writeFile(text);
        await handle.sync();
    } finally {
        await handle.close();
    }
    await fs.rename(temporary, file);
}

function parse(text: string, file: string): Document {
    const document = parseDocument(text);
    if (document.errors.length > 0) {
        throw new AutomationError(
            "usage",
            `${file} is not valid YAML: ${document.errors.map((error) => error.message).join("; ")}`,
        );
    }
    return document;
}
