import type { ReportViolation, StackValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { type Load, loadsOf, type Population } from "../../routing/load";
import { locations } from "../../routing/locations";
import type { RecordGroup } from "../../routing/model";
import type { RecordTree } from "../../routing/recordTree";
import { type Standing, standingTasks } from "../../standingTasks";
import { unknown } from "../../support";

interface Config {
    readonly peakTasks: number;
    readonly peakTasksByRegion: Readonly<Record<string, number>>;
    readonly users: Readonly<Record<string, number>>;
    readonly roundTripsMs: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly standingTasks: Readonly<Record<string, number>>;
    readonly capacityOutput: string;
}

const numbers = { type: "object", additionalProperties: { type: "number", minimum: 0 } } as const;

/**
 * Static stability, as the records have it: whoever asks for a name of several regions is led somewhere
 * else when one is away, and what runs there already has to carry them. Where they are led follows from
 * the records' own policies, weights and checks, from every part of the world.
 *
 * A region whose capacity shows in the update is judged there. A program that has no capacity to count
 * (functions, distributions) has nothing to prove here.
 */
export const regionLoss: StackValidationPolicy = {
    name: "capacity-region-loss",
    description:
        "For every region that could be lost, the regions that the records then lead its users to must carry them with what runs already.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: reliabilityPillar("REL11-BP05"),
    tags: ["capacity", "routing", "route53", "ecs"],
    url: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_withstand_component_failures_static_stability.html",
    remediationSteps:
        "Raise the minimum of the region that would be short, lead some of the users elsewhere, or correct peakTasks, peakTasksByRegion and users in the pack's configuration to what is measured.",
    configSchema: {
        properties: {
            peakTasks: {
                type: "number",
                minimum: 0,
                default: 3,
                description: "tasks that carry the peak of a region's own users",
            },
            peakTasksByRegion: {
                ...numbers,
                default: {},
                description: "the same, for regions that differ",
            },
            users: {
                ...numbers,
                default: Object.fromEntries(locations.map(({ code }) => [code, 1])),
                description: `relative number of users near ${locations.map(({ code, name }) => `${name} (${code})`).join(", ")}`,
            },
            roundTripsMs: {
                type: "object",
                additionalProperties: numbers,
                default: {},
                description:
                    "milliseconds from these places to regions, by place and region, where they differ from the pack's own table or are not in it",
            },
            standingTasks: {
                ...numbers,
                default: {},
                description:
                    "tasks that run in a region at least, by region, where no resource and no output of the stack says so",
            },
            capacityOutput: {
                type: "string",
                default: "standingTasks",
                description:
                    "output by which the stack tells how many tasks run at least in regions of other stacks, by region",
            },
        },
    },
    validateStack: (args, report) => {
        const config = args.getConfig<Config>();
        const standing = standingTasks(args.resources, config.standingTasks, config.capacityOutput);
        if (standing.size === 0) {
            return;
        }
        const tree = recordTreeOf(args.resources);
        const judged = new Set<string>();
        for (const group of tree.entries()) {
            const regions = new Set(group.records.flatMap((each) => [...tree.regionsUnder(each)]));
            // Both address families lead to the same regions, or another rule says that they do not.
            if (regions.size > 1 && !judged.has(group.name)) {
                judged.add(group.name);
                judge(tree, group, [...regions].sort(), standing, config, report);
            }
        }
    },
};

function judge(
    tree: RecordTree,
    group: RecordGroup,
    regions: readonly string[],
    standing: ReadonlyMap<string, Standing>,
    config: Config,
    report: ReportViolation,
): void {
    const urn = group.records[0]?.urn;
    const populations = populationsOf(config);
    const unmeasured = regions.filter((region) =>
        populations.some(({ from }) => from.roundTripsMs[region] === undefined),
    );
    for (const region of unmeasured) {
        report(
            `${group.name} leads to ${region}, and nothing says how near it is to whom; add it to roundTripsMs for ${populations.map(({ from }) => from.code).join(", ")}`,
            urn,
        );
    }
    if (unmeasured.length > 0) {
        return;
    }
    const peakOf = (region: string) => config.peakTasksByRegion[region] ?? config.peakTasks;
    const loads = loadsOf(tree, group, populations, peakOf);
    for (const load of worst(loads)) {
        const { away, state, region } = load;
        const has = standing.get(region);
        const needed = Math.ceil(load.needed - 1e-9);
        if (has === undefined) {
            report(
                `${group.name} leads users of ${away} to ${region} when it is ${state}, and nothing says what runs there; export ${config.capacityOutput}.${region}, or configure standingTasks.${region}`,
                urn,
            );
        } else if (has.tasks !== unknown && needed > has.tasks) {
            report(
                `${region} has ${String(has.tasks)} tasks standing and needs ${needed} while ${away} is ${state}: ${rounded(load.own)} for its own users and ${rounded(load.needed - load.own)} for those whom ${group.name} then leads there`,
                has.urn ?? urn,
            );
        }
    }
}

function populationsOf({ users, roundTripsMs }: Config): readonly Population[] {
    return locations
        .map((location) => ({
            from: {
                ...location,
                roundTripsMs: { ...location.roundTripsMs, ...roundTripsMs[location.code] },
            },
            size: users[location.code] ?? 0,
        }))
        .filter(({ size }) => size > 0);
}

/** Of a region lost and the same one voted out, the heavier load, once. */
function worst(loads: readonly Load[]): readonly Load[] {
    const found = new Map<string, Load>();
    for (const load of loads) {
        const key = `${load.away} ${load.region}`;
        const other = found.get(key);
        if (other === undefined || load.needed > other.needed + 1e-9) {
            found.set(key, load);
        }
    }
    return [...found.values()].filter(({ needed, own }) => needed > own + 1e-9);
}

function rounded(tasks: number): string {
    return String(Math.round(tasks * 10) / 10);
}
