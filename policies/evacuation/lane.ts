import type { PolicyConfigSchema } from "@pulumi/policy";

import { impairedRegionSetting } from "./impairedRegion";

/** Inputs of a resource, as an engine's preview has them. */
export type Inputs = Readonly<Record<string, unknown>>;

/** What a rule is told of an update that moves users or roles. */
export interface LaneConfig {
    /** Where it leads: votes cast; dial and roles moved away; all of it undone. Empty: not a lane's update. */
    readonly lane: "" | "failover" | "settle" | "failback";
    readonly impairedRegion: string;
    /** URNs that the engine limits it to. */
    readonly targets: readonly string[];
    /** Inputs of the targets before it, by URN. A target without is created. */
    readonly before: Readonly<Record<string, Inputs>>;
}

type Settings = PolicyConfigSchema["properties"];

export const laneSetting: Settings = {
    lane: {
        type: "string",
        enum: ["", "failover", "settle", "failback"],
        default: "",
        description: "what the update is part of; empty: of none of these, and not looked at",
    },
    impairedRegion: impairedRegionSetting,
};

export const targetsSetting: Settings = {
    targets: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "URNs that the update is limited to; empty: not looked at",
    },
};

export const beforeSetting: Settings = {
    before: {
        type: "object",
        default: {},
        description:
            "inputs of the targets before the update, by URN; a target that has none is created; empty: not looked at",
    },
};

/** Inputs whose values differ, without what the engine keeps for itself. */
export function differingInputs(before: Inputs, after: Inputs): readonly string[] {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].filter(
        (key) => !key.startsWith("__") && canonical(before[key]) !== canonical(after[key]),
    );
}

/** JSON with sorted keys and without the engine's own; a missing value reads as null does. */
function canonical(value: unknown): string {
    return JSON.stringify(value ?? null, (_key, held: unknown) =>
        held !== null && typeof held === "object" && !Array.isArray(held)
            ? Object.fromEntries(
                  Object.entries(held)
                      .filter(([key]) => !key.startsWith("__"))
                      .sort(([a], [b]) => (a < b ? -1 : 1)),
              )
            : held,
    );
}

/** The last part of a URN. */
export function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::") || urn;
}
