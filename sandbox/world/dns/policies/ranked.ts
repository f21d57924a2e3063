import type { ZoneRecord } from "../types";

/**
 * What every policy with an order of preference does: the most preferred healthy record, and the most
 * preferred one when none is healthy, because then all of them count as healthy.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 *
 * @param ranked the records that apply to the client, best first
 */
export function bestHealthy<R extends ZoneRecord>(
    ranked: readonly R[],
    isHealthy: (record: R) => boolean,
): readonly R[] {
    const best = ranked.find(isHealthy) ?? ranked[0];
    return best === undefined ? [] : [best];
}
