import fs from "node:fs/promises";
import path from "node:path";

import { parse } from "yaml";

import { stackNames, type EstateName } from "../../infra/topology";
import { checkHomes } from "../backendHome";
import { estateOf, readEstate, type ChosenEstate } from "../chosenEstate";
import { AutomationError, messageOf } from "../errors";
import { policyPacksOf, type Estate } from "../estate";
import { readStackFile } from "../stackConfig";
import { Stacks } from "../stacks";
import type { Wiring } from "../wiring";
import type { Output } from "./output";

/** Folder of the repository this program is part of. */
export const repository = path.join(__dirname, "..", "..");

export interface SessionOptions {
    /** Folder for what the engine keeps. */
    readonly home: string;
    readonly acceptBackendRegion?: boolean;
    /** @default the one that the project chooses */
    readonly estate?: EstateName | undefined;
}

/** The estate that the project chooses; needs no engine. */
export function projectEstate(): Promise<ChosenEstate> {
    return readEstate(projectFolder());
}

function projectFolder(): string {
    return path.resolve(process.env["PULUMI_OPTION_CWD"] ?? repository);
}

/**
 * The estate that the environment points at: AWS with the repository's own configuration, or, in a
 * shell that has the sandbox's environment, the sandbox with its copies.
 */
export async function openEstate(
    wiring: Wiring,
    output: Output,
    options: SessionOptions,
): Promise<Estate> {
    const folder = projectFolder();
    const own = await readEstate(folder);
    const chosen = options.estate === undefined ? own : await estateOf(folder, options.estate);
    if (options.acceptBackendRegion !== true) {
        checkHomes(await homesOf(folder, chosen), chosen.topology);
    }
    const stacks = await openStacks(
        wiring,
        output,
        options.home,
        folder,
        chosen.name === own.name ? undefined : chosen.configFolder,
    );
    return {
        ...chosen,
        stacks,
        projectFolder: folder,
        policyPacks: policyPacksOf(folder, chosen),
    };
}

/**
 * The stacks of a project folder.
 *
 * @param configFolder of their files, if it is to be another one than Pulumi.yaml's.
 */
export async function openStacks(
    wiring: Wiring,
    output: Output,
    home: string,
    projectFolder: string,
    configFolder?: string,
): Promise<Stacks> {
    const onProgress = (line: string): void => output.progress(line);
    const engine = await wiring.prepareEngine({ home, plugins: "none", onProgress });
    return Stacks.open({ engine, projectFolder, configFolder, environment: {}, onProgress });
}

/** The backend's URL and every stack's secrets provider, as far as they are set. */
async function homesOf(folder: string, chosen: ChosenEstate): Promise<Record<string, string>> {
    const homes: Record<string, string> = {};
    const backend = process.env["PULUMI_BACKEND_URL"] ?? (await projectBackend(folder));
    if (backend !== undefined) {
        homes["the state backend"] = backend;
    }
    for (const stack of stackNames(chosen.topology)) {
        const document = parse(await readStackFile(chosen.configFolder, stack)) as {
            secretsprovider?: string;
        } | null;
        if (document?.secretsprovider !== undefined) {
            homes[`the secrets provider of ${stack}`] = document.secretsprovider;
        }
    }
    return homes;
}

async function projectBackend(folder: string): Promise<string | undefined> {
    const file = path.join(folder, "Pulumi.yaml");
    const text = await fs.readFile(file, "utf8").catch((error: unknown) => {
        throw new AutomationError("usage", `${file} cannot be read: ${messageOf(error)}`);
    });
    return (parse(text) as { backend?: { url?: string } } | null)?.backend?.url;
}
