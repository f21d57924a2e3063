import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { answersUnder, sharesByRegion } from "../../routing/answers";
import { type Location, locations, locationsIn } from "../../routing/locations";
import type { RecordGroup } from "../../routing/model";
import type { RecordTree } from "../../routing/recordTree";
import {
    evacuableRegions,
    healthIn,
    regionStates,
    type RegionStates,
} from "../../routing/regionStates";
import { nameOf, stateText } from "../../routing/words";

/**
 * When no record of a group is healthy, Route 53 answers as if all were. A group that holds evacuated
 * regions alone therefore sends users right into them, unless what leads to it follows its health and
 * has somewhere else to go.
 *
 * Binds regions that something can take out of service: a health check on a text about them that
 * another region keeps, or a routing control.
 */
export const evacuatedRegions: StackValidationPolicy = {
    name: "routing-evacuated-regions",
    description:
        "A name must not answer with a region that is taken out of service, unless every region that it could answer with is.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: route53Guide("dns-failover-problems"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html",
    remediationSteps:
        "Let every record that leads to the region carry its in-service health check, and every alias above evaluate target health.",
    validateStack: (args, report) => {
        const tree = recordTreeOf(args.resources);
        const evacuable = evacuableRegions(tree);
        if (evacuable.size === 0) {
            return;
        }
        for (const group of tree.entries()) {
            const found = firstBreach(tree, group, evacuable);
            if (found !== undefined) {
                report(
                    `${nameOf(group)} answers users near ${found.from.name} with ${found.region} ${stateText(found.states)}; the records that lead there must carry a health check that says so`,
                    group.records[0]?.urn,
                );
            }
        }
    },
};

interface Breach {
    readonly from: Location;
    readonly region: string;
    readonly states: RegionStates;
}

function firstBreach(
    tree: RecordTree,
    group: RecordGroup,
    evacuable: ReadonlySet<string>,
): Breach | undefined {
    const { name, type, zone } = group;
    const under = new Set(group.records.flatMap((each) => [...tree.regionsUnder(each)]));
    const switched = [...under].filter((region) => evacuable.has(region)).sort();
    // A name of one region's has nowhere else to go.
    if (under.size < 2 || switched.length === 0) {
        return undefined;
    }
    const asked = [
        ...regionStates(switched, "evacuated"),
        // Where else its users could go.
        ...regionStates([...under].sort(), "lost"),
    ].map((states) => ({ states, ask: answersUnder(tree, healthIn(tree, states)) }));
    for (const from of placesOf(group)) {
        const outcomes = asked.map(({ states, ask }) => ({
            states,
            regions: [...sharesByRegion(ask({ name, type, zone, from })).keys()],
        }));
        const possible = new Set(outcomes.flatMap(({ regions }) => regions));
        for (const { states, regions } of outcomes) {
            const region = regions.find((each) => states[each] === "evacuated");
            if (region !== undefined && ![...possible].every((each) => each in states)) {
                return { from, region, states };
            }
        }
    }
    return undefined;
}

/** Users of every part of the world, and of every place with a record of its own. */
function placesOf(group: RecordGroup): readonly Location[] {
    return [
        ...locations,
        ...group.records.flatMap(({ routing }) =>
            routing.policy === "geolocation" && routing.country !== "*" ? locationsIn(routing) : [],
        ),
    ];
}
