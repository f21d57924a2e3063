import type { StackValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { type LaneConfig, laneSetting, targetsSetting } from "../lane";
import { movableOf } from "../movable";

/** Who writes, who stands in, and where the writer belongs; as the global stack exports it. */
interface Roles {
    readonly writer: string;
    readonly standby: string;
    readonly writerHome: string;
}

interface Config extends LaneConfig {
    /** As exported before the update. */
    readonly roles: Partial<Roles>;
}

/**
 * Settling swaps the writer and its standby and writes down where the writer belongs; failing back swaps
 * them again. Worked out here once more, from what the stack exported before.
 *
 * A rule on stacks: who stands in and where the writer belongs are outputs of the stack, and no inputs of
 * any resource. What single resources say of roles `evacuation-direction` judges before they are touched.
 */
export const exactInverse: StackValidationPolicy = {
    name: "evacuation-exact-inverse",
    description:
        "An update that moves the writer away must keep where it belongs, and the failback must restore exactly the roles that there were.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Correct meridian:writer, standby and writerHome in the global stack's configuration, or let meridian settle and failback write them.",
    configSchema: {
        properties: {
            ...laneSetting,
            ...targetsSetting,
            roles: {
                type: "object",
                default: {},
                description:
                    "writer, standby and writerHome as the stack exported them before the update; empty: not looked at",
            },
        },
    },
    validateStack: (args, report) => {
        const { lane, impairedRegion, targets, roles } = args.getConfig<Config>();
        const moves = args.resources.some(
            ({ type, urn, props }) =>
                targets.includes(urn) &&
                ["writer", "write-name"].includes(movableOf(type, props)?.kind ?? ""),
        );
        const stack = args.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
        const exported = stack?.props as Partial<Roles> | undefined;
        if (!isWhole(roles) || exported === undefined || !moves) {
            return;
        }
        const wanted =
            lane === "settle"
                ? // Whoever writes now.
                  { writerHome: roles.writerHome }
                : lane === "failback" && roles.writerHome === impairedRegion
                  ? {
                        writer: impairedRegion,
                        standby: roles.standby === impairedRegion ? roles.writer : roles.standby,
                        writerHome: impairedRegion,
                    }
                  : {};
        for (const [role, region] of Object.entries(wanted)) {
            const held = exported[role as keyof Roles];
            if (held !== region) {
                report(
                    `${role} would be ${held ?? "nobody"}; after a ${lane} of ${impairedRegion} it must be ${region}, as it was before the failover`,
                    stack?.urn,
                );
            }
        }
    },
};

function isWhole(roles: Partial<Roles>): roles is Roles {
    return [roles.writer, roles.standby, roles.writerHome].every((role) => role !== undefined);
}
