import type { Policy, Query, Routed, ZoneRecord } from "../types";
import { rankFailover } from "./failover";
import { rankGeolocation } from "./geolocation";
import { rankGeoproximity } from "./geoproximity";
import { rankIpBased } from "./ipBased";
import { rankLatency } from "./latency";
import { pickMultivalue } from "./multivalue";
import { bestHealthy } from "./ranked";
import { pickWeighted } from "./weighted";

/** Policies whose choice depends on who asks. */
export const placePolicies: readonly Policy[] = ["latency", "geolocation", "geoproximity", "cidr"];

/**
 * The record sets of a group that answer the query: one, several for multivalue, none when a
 * geolocation or IP-based group has nothing for the client. A group has one policy (Route 53
 * refuses another under the same name and type), so the first record speaks for all.
 */
export function choose(
    group: readonly ZoneRecord[],
    isHealthy: (record: ZoneRecord) => boolean,
    query: Query,
): readonly ZoneRecord[] {
    const policy = group[0]?.routing.policy;
    switch (policy) {
        case undefined:
        case "simple":
            return group;
        case "weighted":
            return pickWeighted(of(group, policy), isHealthy, query.random);
        case "multivalue":
            return pickMultivalue(of(group, policy), isHealthy, query.random);
        case "latency":
            return bestHealthy(rankLatency(of(group, policy), query.client), isHealthy);
        case "failover":
            return bestHealthy(rankFailover(of(group, policy)), isHealthy);
        case "geolocation":
            return bestHealthy(rankGeolocation(of(group, policy), query.client), isHealthy);
        case "geoproximity":
            return bestHealthy(rankGeoproximity(of(group, policy), query.client), isHealthy);
        case "cidr":
            return bestHealthy(rankIpBased(of(group, policy), query.client), isHealthy);
    }
}

function of<P extends Policy>(group: readonly ZoneRecord[], policy: P): readonly Routed<P>[] {
    return group.filter((record): record is Routed<P> => record.routing.policy === policy);
}
