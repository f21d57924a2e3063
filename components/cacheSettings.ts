/**
 * What region stacks and the global stack both have to know of the caches. Redis OSS 7.1: the newest of
 * the engine, and recent enough for IAM authentication, which needs 7.0.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html#auth-iam-limits
 */
export const cacheEngine = { engine: "redis", version: "7.1", family: "redis7" } as const;

export const cachePort = 6379;

/** The storefront's user, whose id is its name as IAM authentication asks; the same in every region. */
export const cacheUser = "meridian-storefront";

/** Id of a region's replication group: known before the group is made, by those who may connect to it. */
export function cacheIdOf(region: string): string {
    return `meridian-cache-${region}`;
}
