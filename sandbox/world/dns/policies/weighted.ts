import type { Routed } from "../types";

type Weighted = Routed<"weighted">;

/**
 * One record, with the probability of its weight among the healthy ones. Records of weight zero are
 * considered only when every other one is unhealthy, or when all weights are zero, and then alike.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */
export function pickWeighted(
    group: readonly Weighted[],
    isHealthy: (record: Weighted) => boolean,
    random: () => number,
): readonly Weighted[] {
    const weighted = group.filter(({ routing }) => routing.weight > 0);
    const weightless = group.filter(({ routing }) => routing.weight === 0);
    for (const candidates of [weighted.filter(isHealthy), weightless.filter(isHealthy)]) {
        if (candidates.length > 0) {
            return draw(candidates, random);
        }
    }
    return draw(weighted.length > 0 ? weighted : weightless, random);
}

function draw(candidates: readonly Weighted[], random: () => number): readonly Weighted[] {
    const total = candidates.reduce((sum, { routing }) => sum + routing.weight, 0);
    const share = ({ routing }: Weighted): number =>
        total === 0 ? 1 / candidates.length : routing.weight / total;
    let left = random();
    for (const candidate of candidates) {
        left -= share(candidate);
        if (left < 0) {
            return [candidate];
        }
    }
    return candidates.slice(-1);
}
