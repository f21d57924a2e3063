import { shuffled } from "../shuffle";
import type { Routed } from "../types";

/** Most values in a multivalue answer. */
const most = 8;

/**
 * Up to eight healthy records in random order; up to eight of all when none is healthy.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-multivalue.html
 */
export function pickMultivalue(
    group: readonly Routed<"multivalue">[],
    isHealthy: (record: Routed<"multivalue">) => boolean,
    random: () => number,
): readonly Routed<"multivalue">[] {
    const healthy = group.filter(isHealthy);
    return shuffled(healthy.length > 0 ? healthy : group, random).slice(0, most);
}
