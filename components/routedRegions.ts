import type { AliasTarget } from "./aliasPair";
import type { RoutedRegion } from "./routingPolicy";

/** Where an alias to a region's load balancer leads. */
export function loadBalancerOf(
    regions: readonly RoutedRegion[],
    region: string,
): Pick<AliasTarget, "name" | "zoneId"> {
    const found = regions.find((candidate) => candidate.region === region);
    if (found === undefined) {
        throw new Error(`${region} is not a routed region`);
    }
    return { name: found.loadBalancerDnsName, zoneId: found.loadBalancerZoneId };
}
