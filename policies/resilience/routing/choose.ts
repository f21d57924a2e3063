import type { Query } from "./answers";
import type { Policy, RecordGroup, RoutingOf, TreeRecord } from "./model";

/** A record set that answers, and how often. */
export interface Chosen {
    readonly record: TreeRecord;
    /** More than 0; the shares of all chosen make 1. */
    readonly share: number;
}

type Routed<P extends Policy> = TreeRecord<RoutingOf<P>>;
type IsHealthy = (record: TreeRecord) => boolean;

/**
 * The record sets of a group that answer a query, with their shares; none when a geolocation or
 * IP-based group has nothing for the client.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */
export function pick(group: RecordGroup, query: Query, isHealthy: IsHealthy): readonly Chosen[] {
    const policy = group.records[0]?.routing.policy ?? "simple";
    switch (policy) {
        case "simple":
            return alike(group.records.slice(0, 1));
        case "weighted":
            return pickWeighted(of(group, policy), isHealthy);
        case "multivalue":
            return pickMultivalue(of(group, policy), isHealthy);
        case "latency":
        case "failover":
        case "geolocation":
        case "geoproximity":
        case "cidr":
            return best(ranked(group, query), isHealthy);
    }
}

/** The records of a group with an order of preference that apply to the client, best first. */
export function ranked(group: RecordGroup, query: Query): readonly TreeRecord[] {
    const policy = group.records[0]?.routing.policy;
    switch (policy) {
        case "latency":
            return byDistance(of(group, policy), ({ routing }) => distance(query, routing.region));
        case "geoproximity":
            return byDistance(of(group, policy), ({ routing }) =>
                biased(distance(query, routing.region), routing.bias),
            );
        case "failover":
            return byDistance(of(group, policy), ({ routing }) =>
                routing.role === "PRIMARY" ? 0 : 1,
            );
        case "geolocation":
            return rankGeolocation(of(group, policy), query);
        case "cidr":
            return [query.cidrLocation, "*"].flatMap((location) =>
                of(group, policy).filter(({ routing }) => routing.location === location),
            );
        case undefined:
        case "simple":
        case "weighted":
        case "multivalue":
            return group.records;
    }
}

function of<P extends Policy>(group: RecordGroup, policy: P): readonly Routed<P>[] {
    return group.records.filter((record): record is Routed<P> => record.routing.policy === policy);
}

function alike(records: readonly TreeRecord[]): readonly Chosen[] {
    return records.map((record) => ({ record, share: 1 / records.length }));
}

/** The most preferred healthy record; the most preferred one when none is healthy. */
function best(records: readonly TreeRecord[], isHealthy: IsHealthy): readonly Chosen[] {
    const record = records.find(isHealthy) ?? records[0];
    return record === undefined ? [] : [{ record, share: 1 }];
}

/**
 * Records of weight zero are considered only when every other one is unhealthy, or when all weights
 * are zero, and then alike.
 */
function pickWeighted(
    records: readonly Routed<"weighted">[],
    isHealthy: IsHealthy,
): readonly Chosen[] {
    const weighted = records.filter(({ routing }) => routing.weight > 0);
    const weightless = records.filter(({ routing }) => routing.weight === 0);
    const candidates = [
        weighted.filter(isHealthy),
        weightless.filter(isHealthy),
        weighted,
        weightless,
    ].find((each) => each.length > 0);
    const total = (candidates ?? []).reduce((sum, { routing }) => sum + routing.weight, 0);
    return total === 0
        ? alike(candidates ?? [])
        : (candidates ?? []).map((record) => ({ record, share: record.routing.weight / total }));
}

/** Up to eight healthy ones in random order, of which a client takes the first; of all when none is healthy. */
function pickMultivalue(
    records: readonly Routed<"multivalue">[],
    isHealthy: IsHealthy,
): readonly Chosen[] {
    const healthy = records.filter(isHealthy);
    return alike(healthy.length > 0 ? healthy : records);
}

function byDistance<P extends Policy>(
    records: readonly Routed<P>[],
    distanceOf: (record: Routed<P>) => number,
): readonly Routed<P>[] {
    return [...records].sort((a, b) => {
        const [near, far] = [distanceOf(a), distanceOf(b)];
        // Also where neither distance is known.
        return near === far ? 0 : near - far;
    });
}

/** A region that nobody measured is the furthest. */
function distance({ from }: Query, region: string): number {
    return from.roundTripsMs[region] ?? Number.POSITIVE_INFINITY;
}

/**
 * The distance that counts, given a bias from -99 to 99. Route 53 takes kilometres; the round trip
 * stands for them here.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geoproximity.html
 */
function biased(real: number, bias: number): number {
    return bias >= 0 ? real * (1 - bias / 100) : real / (1 + bias / 100);
}

/**
 * The smallest place that the client is in before the larger ones, the default last.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-geo.html
 */
function rankGeolocation(
    records: readonly Routed<"geolocation">[],
    { from }: Query,
): readonly Routed<"geolocation">[] {
    const levels: readonly ((place: RoutingOf<"geolocation">) => boolean)[] = [
        ({ country, subdivision }) =>
            subdivision !== undefined &&
            country === from.country &&
            subdivision === from.subdivision,
        ({ country, subdivision }) => subdivision === undefined && country === from.country,
        ({ continent }) => continent !== undefined && continent === from.continent,
        ({ country }) => country === "*",
    ];
    return levels.flatMap((applies) => records.filter(({ routing }) => applies(routing)));
}
