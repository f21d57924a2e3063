import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { type Answer, answersUnder } from "../../routing/answers";
import { locationsIn, type Place, placeOfCode } from "../../routing/locations";
import type { RecordGroup, TreeRecord } from "../../routing/model";
import type { RecordTree } from "../../routing/recordTree";
import { healthIn, regionStates, type RegionStates } from "../../routing/regionStates";
import { nameOf, placeText, stateText } from "../../routing/words";

interface StrictGeography {
    readonly code: string;
    readonly kind?: "continent" | "country";
    readonly regions: readonly string[];
    readonly name?: string;
}

interface Config {
    readonly strict: readonly StrictGeography[];
}

/** Users of a place at a name, and the regions that may answer them. */
interface Bound {
    readonly group: RecordGroup;
    readonly place: Place;
    readonly regions: readonly string[];
}

/**
 * Law, and not latency, says where some users' data may go: their regions answer them or nobody does,
 * whatever fails. The records are asked in every state of the regions: each combination of them lost,
 * voted out, or with targets that fail unseen.
 *
 * A geography is strict where the configuration says so; and where a geolocation record that follows no
 * health leads to a latency group, whose own regions are then the ones allowed. Where an answer leads
 * to what is not known yet shows in the update, and is judged there.
 */
export const residency: StackValidationPolicy = {
    name: "routing-residency",
    description:
        "Users of a strict geography must be answered by its regions alone, whatever regions are lost.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: route53Guide("routing-policy-geo"),
    tags: ["routing", "route53", "residency"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-geo.html",
    remediationSteps:
        "Give the geography a record of its own that evaluates no target health and has no health check, and lead it to records of its regions alone.",
    configSchema: {
        properties: {
            strict: {
                type: "array",
                default: [],
                description: "geographies whose users may be answered by these regions alone",
                items: {
                    type: "object",
                    required: ["code", "regions"],
                    additionalProperties: false,
                    properties: {
                        code: {
                            type: "string",
                            description: "a continent, a country, or a state such as US-VA",
                        },
                        kind: { type: "string", enum: ["continent", "country"] },
                        regions: { type: "array", minItems: 1, items: { type: "string" } },
                        name: {
                            type: "string",
                            description:
                                "the name that it is about; left out: every name with geolocation records",
                        },
                    },
                },
            },
        },
    },
    validateStack: (args, report) => {
        const tree = recordTreeOf(args.resources);
        const { strict } = args.getConfig<Config>();
        const bounds = [...configured(tree, strict, report), ...spelled(tree)];
        for (const bound of bounds) {
            const breach = firstBreach(tree, bound);
            if (breach !== undefined) {
                report(
                    `${nameOf(bound.group)} answers users of ${placeText(bound.place)} with ${breach.where} ${stateText(breach.states)}; they may be answered by ${bound.regions.join(", ")} alone`,
                    breach.record.urn,
                );
            }
        }
    },
};

function configured(
    tree: RecordTree,
    strict: readonly StrictGeography[],
    report: (message: string) => void,
): readonly Bound[] {
    return strict.flatMap(({ code, kind, regions, name }) => {
        const place = placeOfCode(code, kind);
        if (place === undefined) {
            report(
                `strict names ${JSON.stringify(code)}, which is no place; use a continent (AF, AN, AS, EU, NA, OC, SA), a country's two letters, or a state such as US-VA`,
            );
            return [];
        }
        const groups = tree.groups.filter((group) =>
            name === undefined
                ? group.records[0]?.routing.policy === "geolocation"
                : group.name === name.toLowerCase().replace(/\.$/, ""),
        );
        return groups.map((group) => ({ group, place, regions }));
    });
}

/** What the records say themselves. */
function spelled(tree: RecordTree): readonly Bound[] {
    return tree.groups.flatMap((group) =>
        group.records.flatMap((record) => {
            const { routing, target, check } = record;
            const regions = (tree.below(record)?.records ?? []).flatMap((member) =>
                member.routing.policy === "latency" ? [member.routing.region] : [],
            );
            return routing.policy === "geolocation" &&
                routing.country !== "*" &&
                check === undefined &&
                target.kind === "records" &&
                !target.follows &&
                regions.length > 0
                ? [{ group, place: routing, regions }]
                : [];
        }),
    );
}

interface Breach {
    readonly record: TreeRecord;
    readonly states: RegionStates;
    readonly where: string;
}

function firstBreach(tree: RecordTree, { group, place, regions }: Bound): Breach | undefined {
    const { name, type, zone } = group;
    const under = [...new Set(group.records.flatMap((each) => [...tree.regionsUnder(each)]))];
    for (const state of ["lost", "evacuated", "failing"] as const) {
        for (const states of regionStates(under.sort(), state)) {
            const ask = answersUnder(tree, healthIn(tree, states));
            for (const from of locationsIn(place)) {
                for (const answer of ask({ name, type, zone, from })) {
                    const where = outside(answer, regions);
                    if (where !== undefined) {
                        return { record: answer.record, states, where };
                    }
                }
            }
        }
    }
    return undefined;
}

function outside({ region, service }: Answer, regions: readonly string[]): string | undefined {
    if (region !== undefined) {
        return regions.includes(region) ? undefined : region;
    }
    switch (service) {
        case "accelerator":
            return "an accelerator, which sends them to any region";
        case "distribution":
            return "a distribution, which answers at any edge";
        case "loadBalancer":
        case "values":
        case "other":
            return undefined;
    }
}
