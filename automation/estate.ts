import path from "node:path";

import type { Topology } from "../infra/topology";
import type { StackRunner } from "./stacks";

/** What a command acts on. */
export interface Estate {
    readonly topology: Topology;
    readonly stacks: StackRunner;
    /** Folder of Pulumi.yaml and the stacks' files. */
    readonly projectFolder: string;
    readonly policyPacks: PolicyPacks;
}

/** Folders of the packs that updates run under. */
export interface PolicyPacks {
    /** For what builds the estate. */
    readonly standing: readonly string[];
    /** For what moves votes. */
    readonly evacuation: readonly string[];
}

/** Where the lease and the record of the run under way are kept. */
export function runFolder(estate: Pick<Estate, "projectFolder">): string {
    return path.join(estate.projectFolder, ".meridian");
}

export function policyPacksOf(projectFolder: string): PolicyPacks {
    return {
        standing: [path.join(projectFolder, "policies", "resilience")],
        evacuation: [path.join(projectFolder, "policies", "evacuation")],
    };
}
