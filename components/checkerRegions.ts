/**
 * Regions that Route 53 has health checkers in, those first that lie furthest from one another.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
const preferred = [
    "us-west-2",
    "ap-southeast-1",
    "sa-east-1",
    "ap-northeast-1",
    "ap-southeast-2",
    "us-west-1",
    "eu-west-1",
    "us-east-1",
] as const;

/** As few as Route 53 takes; more would ask every bucket more often and find out no sooner. */
const count = 3;

/**
 * Where to check the given regions from: checkers elsewhere, because one that is lost together with a
 * region must not have a say in it.
 */
export function checkerRegionsFor(regions: readonly string[]): readonly string[] {
    const elsewhere = preferred.filter((region) => !regions.includes(region));
    const others = preferred.filter((region) => regions.includes(region));
    return [...elsewhere, ...others].slice(0, count).sort();
}
