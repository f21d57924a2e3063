import type { ResourceValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import {
    beforeSetting,
    type Inputs,
    type LaneConfig,
    laneSetting,
    nameOf,
    targetsSetting,
} from "../lane";
import { type Movable, movableOf, weightOf } from "../movable";

interface Config extends LaneConfig {
    /** Percent; -1: not looked at. */
    readonly share: number;
}

/** A region that is half out, or whose users are sent to nobody, is what a lane must never leave behind. */
export const direction: ResourceValidationPolicy = {
    name: "evacuation-direction",
    description:
        "An update that evacuates or settles a region must move users and roles away from it, and one that fails it back must move them to it.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Correct meridian:votes, shares, dials, writer or cache in the stack's configuration, or lane in the pack's.",
    configSchema: {
        properties: {
            ...laneSetting,
            ...targetsSetting,
            ...beforeSetting,
            share: {
                type: "number",
                minimum: -1,
                maximum: 100,
                default: -1,
                description:
                    "percent of its own users that the region serves after this step of a failback; -1: not looked at",
            },
        },
    },
    validateResource: (args, report) => {
        const { type, urn, props } = args;
        const config = args.getConfig<Config>();
        const part =
            config.lane !== "" && config.targets.includes(urn) ? movableOf(type, props) : undefined;
        const problem = part === undefined ? undefined : wrongWay(part, urn, props, config);
        if (problem !== undefined) {
            report(`${nameOf(urn)}: ${problem}`);
        }
    },
};

/** What is wrong with where a part is moved; undefined when nothing is. */
function wrongWay(
    part: Movable,
    urn: string,
    props: Inputs,
    { lane, impairedRegion, before, share }: Config,
): string | undefined {
    const back = lane === "failback";
    switch (part.kind) {
        case "vote":
            return mismatch("vote", props["content"], back ? "in-service" : "evacuate", lane);
        case "dial":
            return mismatch("dial", props["trafficDialPercentage"] ?? 100, back ? 100 : 0, lane);
        case "share": {
            const weight = props["setIdentifier"] === "home" ? share : 100 - share;
            const step = `${lane} to ${share} %`;
            return share < 0 ? undefined : mismatch("weight", weightOf(props), weight, step);
        }
        case "writer":
        case "cache": {
            const role = part.kind === "writer" ? "writer" : "primary";
            const holder = props[role];
            const ours = impairedRegion === "" || holder === impairedRegion;
            if (back) {
                return ours || before[urn]?.[role] === holder
                    ? undefined
                    : `its ${role} would be ${show(holder)}; a failback of ${impairedRegion} moves it there or leaves it`;
            }
            return holder === impairedRegion
                ? `its ${role} would be ${impairedRegion}, which is impaired; it must be another region`
                : undefined;
        }
        case "write-name":
            return undefined;
    }
}

function mismatch(what: string, held: unknown, must: unknown, of: string): string | undefined {
    return held === must
        ? undefined
        : `its ${what} would be ${show(held)}; in a ${of} it must be ${show(must)}`;
}

function show(value: unknown): string {
    return JSON.stringify(value) ?? "nothing";
}
