import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { movableOf, weightOf } from "../movable";
import { known, selfTest, votesIn } from "../votes";

interface Config {
    readonly minimumInService: number;
}

/** Regions that there are, and those that are left, by one way of leading users. */
interface Count {
    readonly left: number;
    readonly all: number;
    readonly by: string;
    /** Of something that takes a region out. */
    readonly urn: string | undefined;
}

/** A rule on stacks: how many regions are left, no single vote, dial or weight says. */
export const enoughRegions: StackValidationPolicy = {
    name: "evacuation-enough-regions",
    description: "Votes, dials and weights must leave enough regions in service.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Do not evacuate: repair the region, or add one. minimumInService is set in the pack's configuration.",
    configSchema: {
        properties: {
            minimumInService: {
                type: "number",
                minimum: 1,
                default: 2,
                description: "regions that have to be left, the one whose stack it is included",
            },
        },
    },
    validateStack: (args, report) => {
        const { resources } = args;
        const { minimumInService } = args.getConfig<Config>();
        for (const { left, all, by, urn } of [byVotes(resources), ...byMovables(resources)]) {
            if (left < all && left < minimumInService) {
                report(
                    `${left} of ${all} regions would be left in service${by}; it must be at least ${minimumInService}`,
                    urn,
                );
            }
        }
    },
};

function byVotes(resources: readonly PolicyResource[]): Count {
    const votes = votesIn(resources).filter(({ subject }) => subject !== selfTest);
    const against = votes.filter(({ body }) => body === "evacuate");
    const all = votes.length + 1;
    return { left: all - against.length, all, by: "", urn: against[0]?.urn };
}

/** By the accelerator and by DNS. What is not known yet takes nobody out. */
function byMovables(resources: readonly PolicyResource[]): readonly Count[] {
    const parts = resources.flatMap(({ type, urn, props }) => {
        const part = known(() => movableOf(type, props)) as ReturnType<typeof movableOf> | symbol;
        return typeof part === "object" ? [{ ...part, urn, props }] : [];
    });
    const count = (
        by: string,
        own: { region: string | undefined; out: boolean; urn: string }[],
    ) => {
        const all = new Set(own.map(({ region }) => region));
        const out = own.filter((each) => each.out);
        const left = all.size - new Set(out.map(({ region }) => region)).size;
        return { left, all: all.size, by, urn: out[0]?.urn };
    };
    return [
        count(
            " at the accelerator",
            parts
                .filter(({ kind }) => kind === "dial")
                .map((each) => ({
                    ...each,
                    out: known(() => each.props["trafficDialPercentage"]) === 0,
                })),
        ),
        count(
            " by the weights of their own records",
            parts
                .filter(
                    ({ kind, props }) =>
                        kind === "share" && known(() => props["setIdentifier"]) === "home",
                )
                .map((each) => ({ ...each, out: known(() => weightOf(each.props)) === 0 })),
        ),
    ];
}
