import path from "node:path";

import { regionNames, type Topology } from "../infra/topology";
import type { PolicyPackUse, StackRunner } from "./stacks";

/** What a command acts on. */
export interface Estate {
    readonly topology: Topology;
    readonly stacks: StackRunner;
    /** Folder of Pulumi.yaml and the stacks' files. */
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

/** The project's own packs; the evacuation pack is told which region it is about, and what may change. */
export function policyPacksOf(projectFolder: string, topology: Topology): PolicyPacks {
    const regions = regionNames(topology);
    return {
        standing: [{ folder: path.join(projectFolder, "policies", "resilience") }],
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
