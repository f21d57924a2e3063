import fs from "node:fs/promises";
import path from "node:path";

import { parse, parseDocument } from "yaml";

import {
    defaultEstate,
    estateNames,
    stackNames,
    topologyOf,
    type EstateName,
    type Topology,
} from "../infra/topology";
import { AutomationError, messageOf } from "./errors";
import { stackFile, writeAtomically } from "./stackConfig";

/** The estate that a project's stacks are configured for. */
export interface ChosenEstate {
    readonly name: EstateName;
    readonly topology: Topology;
    /** Folder of its stacks' files. */
    readonly configFolder: string;
}

/** Folder of an estate's stack files, as Pulumi.yaml has it: `stackConfigDir`, absent for its own folder. */
export function stackConfigDir(name: EstateName): string | undefined {
    return name === defaultEstate ? undefined : `estates/${name}`;
}

/**
 * The estate that Pulumi.yaml chooses by its `stackConfigDir`. The same line decides which files a
 * `pulumi up` typed by hand takes, so the two can never mean different estates.
 *
 * @throws AutomationError `usage` when there is no such estate or its files name another one
 */
export async function readEstate(projectFolder: string): Promise<ChosenEstate> {
    const file = path.join(projectFolder, "Pulumi.yaml");
    const held = (parse(await readProject(file)) as { stackConfigDir?: unknown } | null)
        ?.stackConfigDir;
    const name = estateNames.find((one) => folderKey(stackConfigDir(one)) === folderKey(held));
    if (name === undefined) {
        const folders = estateNames.map((one) => `${stackConfigDir(one) ?? "absent"} (${one})`);
        throw new AutomationError(
            "usage",
            `${file}: \`stackConfigDir\`: must be ${folders.join(" or ")}, got ${JSON.stringify(held)}`,
        );
    }
    return estateOf(projectFolder, name);
}

/**
 * The estate of that name in a project, whichever one is chosen.
 *
 * @throws AutomationError `usage` when its files name another one
 */
export async function estateOf(projectFolder: string, name: EstateName): Promise<ChosenEstate> {
    const configFolder = path.join(projectFolder, stackConfigDir(name) ?? ".");
    const topology = topologyOf(name);
    const problems = await Promise.all(
        stackNames(topology).map((stack) => strayFile(stackFile(configFolder, stack), name)),
    );
    const strays = problems.filter((problem) => problem !== undefined);
    if (strays.length > 0) {
        throw new AutomationError(
            "usage",
            [
                `the stacks' files of the ${name} estate do not agree with their folder:`,
                ...strays,
            ].join("\n"),
        );
    }
    return { name, topology, configFolder };
}

/** Makes it the one that `pulumi` and `meridian` work on from now on. Everything else in Pulumi.yaml stays. */
export async function chooseEstate(projectFolder: string, name: EstateName): Promise<void> {
    const file = path.join(projectFolder, "Pulumi.yaml");
    const before = await readProject(file);
    const after = withEstate(before, name);
    if (after !== before) {
        await writeAtomically(file, after);
    }
}

/** The text of a Pulumi.yaml that chooses the estate. */
export function withEstate(text: string, name: EstateName): string {
    const document = parseDocument(text);
    const folder = stackConfigDir(name);
    if (document.get("stackConfigDir") === folder) {
        return text;
    }
    if (folder === undefined) {
        document.delete("stackConfigDir");
    } else {
        document.set("stackConfigDir", folder);
    }
    return document.toString({ lineWidth: 0 });
}

async function readProject(file: string): Promise<string> {
    try {
        return await fs.readFile(file, "utf8");
    } catch (error) {
        throw new AutomationError("usage", `${file} cannot be read: ${messageOf(error)}`, {
            cause: error,
        });
    }
}

/**
 * What is wrong with a stack's file, if it can be read at all: one that cannot is the business of
 * whoever needs it, and an evacuation does not need every stack's.
 */
async function strayFile(file: string, name: EstateName): Promise<string | undefined> {
    let config: Readonly<Record<string, unknown>> | undefined;
    try {
        const document = parse(await fs.readFile(file, "utf8")) as {
            config?: Readonly<Record<string, unknown>>;
        } | null;
        config = document?.config;
    } catch {
        return undefined;
    }
    const held = config?.["meridian:estate"] ?? defaultEstate;
    return held === name
        ? undefined
        : `  - ${file}: \`meridian:estate\`: must be ${name}, got ${JSON.stringify(held)}`;
}

/** The same for every way to write a folder. */
function folderKey(folder: unknown): string {
    return typeof folder === "string"
        ? path.normalize(`${folder}/`)
        : folder === undefined
          ? "./"
          : "";
}
