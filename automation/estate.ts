import path from "node:path";

import { regionNames } from "../infra/topology";
import type { ChosenEstate } from "./chosenEstate";
import { standingConfig } from "./standingConfig";
import type { PolicyPackUse, StackRunner, Update } from "./stacks";

/** What a command acts on. */
export interface Estate extends ChosenEstate {
    readonly stacks: StackRunner;
    /** Folder of Pulumi.yaml. */
    readonly projectFolder: string;
    readonly policyPacks: PolicyPacks;
}

/** An update of a lane, which was proven by its preview. */
export interface LaneUpdate {
    readonly lane: "failover" | "settle" | "failback";
    readonly region: string;
    /** Percent that the region's weights are to give it. @default they stay */
    readonly share?: number;
    /** URNs that the update is limited to. */
    readonly targets: readonly string[];
    readonly preview: Pick<Update, "changes" | "previousOutputs">;
}

/** The packs that updates run under. */
export interface PolicyPacks {
    /** For what builds the estate. */
    readonly standing: readonly PolicyPackUse[];
    /** For what evacuates, settles or fails back a region. */
    evacuation(update: LaneUpdate): readonly PolicyPackUse[];
}

/** Where the lease and the record of the run under way are kept. */
export function runFolder(estate: Pick<Estate, "projectFolder">): string {
    return path.join(estate.projectFolder, ".meridian");
}

/**
 * The project's own packs. The standing one is configured by the estate's files; the evacuation pack is
 * told what the update is for, and what may change.
 */
export function policyPacksOf(projectFolder: string, chosen: ChosenEstate): PolicyPacks {
    const regions = regionNames(chosen.topology);
    return {
        standing: [
            {
                folder: path.join(projectFolder, "policies", "resilience"),
                config: standingConfig(chosen),
            },
        ],
        evacuation: (update) => [
            {
                folder: path.join(projectFolder, "policies", "evacuation"),
                config: evacuationConfig(update, regions),
            },
        ],
    };
}

function evacuationConfig(
    { lane, region, share, targets, preview }: LaneUpdate,
    regions: readonly string[],
): Readonly<Record<string, unknown>> {
    const about = { lane, impairedRegion: region, targets };
    const changed = preview.changes.filter(({ urn }) => targets.includes(urn));
    const before = Object.fromEntries(
        changed
            .filter(({ operation }) => operation !== "create")
            .map(({ urn, oldInputs }) => [urn, withoutOwn(oldInputs)]),
    );
    const { writer, standby, writerHome } = preview.previousOutputs ?? {};
    return {
        "evacuation-named-region": { impairedRegion: region, regions },
        "evacuation-nothing-else": { ...about, before },
        "evacuation-nothing-removed": { targets },
        "evacuation-outside-region": about,
        "evacuation-direction": { ...about, before, ...(share === undefined ? {} : { share }) },
        "evacuation-exact-inverse": { ...about, roles: { writer, standby, writerHome } },
        // Of two regions, one has to be enough.
        "evacuation-enough-regions": { minimumInService: Math.min(2, regions.length - 1) },
    };
}

/** Without what the engine keeps for itself: a dynamic provider's whole code is among it. */
function withoutOwn(inputs: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}
