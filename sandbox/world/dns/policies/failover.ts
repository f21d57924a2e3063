import type { Routed } from "../types";

/**
 * The primary before the secondary. Both unhealthy leaves the primary.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-types.html#dns-failover-types-active-passive
 */
export function rankFailover(group: readonly Routed<"failover">[]): readonly Routed<"failover">[] {
    return [
        ...group.filter(({ routing }) => routing.role === "PRIMARY"),
        ...group.filter(({ routing }) => routing.role === "SECONDARY"),
    ];
}
