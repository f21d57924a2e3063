import fs from "node:fs/promises";
import path from "node:path";

import type { EstateName } from "../../infra/topology";
import { estateOf, readEstate } from "../chosenEstate";
import { policyPacksOf, type Estate } from "../estate";
import { changeEstate } from "../estateChange";
import { readProjectConfig } from "../projectConfig";
import type { Rehearsal, RehearsalPorts } from "../rehearsal";
import { layOutProject, projectEnvironment } from "../rehearsalProject";
import { Stacks } from "../stacks";
import type { Engine, Wiring } from "../wiring";

export interface RehearsalOptions {
    readonly repository: string;
    /** Folder for what engines and rehearsals keep. */
    readonly home: string;
    /** Name of this rehearsal's folder in it. */
    readonly name: string;
    /** Start from nothing, whatever an earlier one left. */
    readonly fresh: boolean;
    /** @default the one that an earlier one of this name was left with, else the repository's */
    readonly estate?: EstateName | undefined;
    readonly ports?: RehearsalPorts | undefined;
    readonly onProgress: (line: string) => void;
}

/** A rehearsal cloud with the program's stacks attached to it. */
export interface OpenRehearsal {
    readonly engine: Engine;
    readonly rehearsal: Rehearsal;
    readonly estate: Estate;
    /** For a shell. */
    readonly environment: Readonly<Record<string, string>>;
    /** Stops everything. */
    close(): Promise<void>;
}

/** Starts the rehearsal cloud and points the stacks at it. */
export async function openRehearsal(
    wiring: Wiring,
    options: RehearsalOptions,
): Promise<OpenRehearsal> {
    const home = path.join(options.home, options.name);
    const repositoryEstate = await readEstate(options.repository);
    const config = await readProjectConfig(options.repository, repositoryEstate.configFolder);
    const engine = await wiring.prepareEngine({
        home: options.home,
        plugins: "standin",
        onProgress: options.onProgress,
    });
    if (options.fresh) {
        await fs.rm(home, { recursive: true, force: true });
    }
    await fs.mkdir(home, { recursive: true });
    const projectFolder = await layOutProject(options.repository, home);
    const own = await readEstate(projectFolder);
    const chosen =
        options.estate === undefined ? own : await estateOf(projectFolder, options.estate);
    options.onProgress("starting the rehearsal cloud");
    const rehearsal = await wiring.startRehearsal({
        home,
        accountId: config.accountId,
        zone: { id: config.zoneId, name: config.domain },
        storefront: path.join(options.repository, "runtime", "service", "main.ts"),
        databaseSetUp: path.join(options.repository, "runtime", "service", "database", "setUp.sql"),
        ...(options.ports === undefined ? {} : { ports: options.ports }),
    });
    try {
        const environment = { ...rehearsal.environment(), ...projectEnvironment(projectFolder) };
        const stacks = await Stacks.open({
            engine,
            projectFolder,
            environment,
            onProgress: options.onProgress,
        });
        const policyPacks = policyPacksOf(projectFolder, chosen);
        const estate = { ...chosen, stacks, projectFolder, policyPacks };
        if (chosen.name !== own.name) {
            await changeEstate(estate);
        }
        return {
            engine,
            rehearsal,
            estate,
            environment: { ...engine.environment, ...environment },
            close: () => rehearsal.stop(),
        };
    } catch (error) {
        await rehearsal.stop();
        throw error;
    }
}
