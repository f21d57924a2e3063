import fs from "node:fs";
import path from "node:path";

import { regionNames } from "../infra/topology";
import type { ChosenEstate } from "./chosenEstate";
import { AutomationError, messageOf } from "./errors";
import type { PolicyPackUse, StackRunner } from "./stacks";

/** What a command acts on. */
export interface Estate extends ChosenEstate {
    readonly stacks: StackRunner;
    /** Folder of Pulumi.yaml. */
    readonly projectFolder: string;
    readonly policyPacks: PolicyPacks;
}

/** The packs that updates run under. */
export interface PolicyPacks {
    /** For what builds the estate. */
    readonly standing: readonly PolicyPackUse[];
    /**
     * For what moves the votes on a region.
     *
     * @param targets URNs that the update is limited to.
     */
    evacuation(region: string, targets: readonly string[]): readonly PolicyPackUse[];
}

/** Where the lease and the record of the run under way are kept. */
export function runFolder(estate: Pick<Estate, "projectFolder">): string {
    return path.join(estate.projectFolder, ".meridian");
}

/**
 * The project's own packs. The standing one is configured by the estate's `resilience.json`, if there
 * is one, which `pulumi preview --policy-pack-config` reads as well; the evacuation pack is told which
 * region it is about, and what may change.
 */
export function policyPacksOf(projectFolder: string, chosen: ChosenEstate): PolicyPacks {
    const regions = regionNames(chosen.topology);
    const config = packConfig(path.join(chosen.configFolder, "resilience.json"));
    return {
        standing: [
            {
                folder: path.join(projectFolder, "policies", "resilience"),
                ...(config === undefined ? {} : { config }),
            },
        ],
        evacuation: (region, targets) => [
            {
                folder: path.join(projectFolder, "policies", "evacuation"),
                config: {
                    "evacuation-named-region": { impairedRegion: region, regions },
                    "evacuation-nothing-but-votes": { impairedRegion: region, targets },
                    // Of two regions, one has to be enough.
                    "evacuation-enough-regions": {
                        minimumInService: Math.min(2, regions.length - 1),
                    },
                },
            },
        ],
    };
}

function packConfig(file: string): Readonly<Record<string, unknown>> | undefined {
    if (!fs.existsSync(file)) {
        return undefined;
    }
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
    } catch (error) {
        throw new AutomationError(
            "usage",
            `${file} is not the JSON that --policy-pack-config takes: ${messageOf(error)}`,
            { cause: error },
        );
    }
}
