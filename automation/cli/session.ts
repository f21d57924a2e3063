import fs from "node:fs/promises";
import path from "node:path";

import { parse } from "yaml";

import { globalStack, regionNames, topology } from "../../infra/topology";
import { checkHomes } from "../backendHome";
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
    const projectFolder = path.resolve(process.env["PULUMI_OPTION_CWD"] ?? repository);
    if (options.acceptBackendRegion !== true) {
        checkHomes(await homesOf(projectFolder), topology);
    }
    const engine = await wiring.prepareEngine({
        home: options.home,
        plugins: "none",
        onProgress: (line) => output.progress(line),
    });
    const stacks = await Stacks.open({
        engine,
        projectFolder,
        environment: {},
        onProgress: (line) => output.progress(line),
    });
    return { topology, stacks, projectFolder, policyPacks: policyPacksOf(projectFolder, topology) };
}

/** The backend's URL and every stack's secrets provider, as far as they are set. */
async function homesOf(projectFolder: string): Promise<Record<string, string>> {
    const homes: Record<string, string> = {};
    const backend = process.env["PULUMI_BACKEND_URL"] ?? (await projectBackend(projectFolder));
    if (backend !== undefined) {
        homes["the state backend"] = backend;
    }
    for (const stack of [...regionNames(), globalStack]) {
        const document = parse(await readStackFile(projectFolder, stack)) as {
            secretsprovider?: string;
        } | null;
        if (document?.secretsprovider !== undefined) {
            homes[`the secrets provider of ${stack}`] = document.secretsprovider;
        }
    }
    return homes;
}

async function projectBackend(projectFolder: string): Promise<string | undefined> {
    const file = path.join(projectFolder, "Pulumi.yaml");
    const text = await fs.readFile(file, "utf8").catch((error: unknown) => {
        throw new AutomationError("usage", `${file} cannot be read: ${messageOf(error)}`);
    });
    return (parse(text) as { backend?: { url?: string } } | null)?.backend?.url;
}
