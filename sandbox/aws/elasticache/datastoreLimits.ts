/**
 * What AWS says a global datastore needs.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html
 */

/** Most regions beside the primary's. */
export const mostSecondaries = 2;

/** Least version of the Redis engine; every version of Valkey will do. */
export const leastRedisVersion = "5.0.6";

const families = ["m5", "m6g", "m7g", "r5", "r6g", "r6gd", "r7g", "c7gn"];
const tooSmall = ["micro", "small", "medium"];

const regions = [
    ...["af-south-1", "ca-central-1", "ca-west-1", "il-central-1", "me-central-1", "me-south-1"],
    ...["ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"],
    ...["ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"],
    ...["ap-southeast-5", "ap-southeast-7", "mx-central-1", "sa-east-1"],
    ...["eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"],
    ...["eu-west-1", "eu-west-2", "eu-west-3"],
    ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
];

/** Why a node type cannot be in a global datastore; undefined when it can. */
export function nodeTypeProblem(nodeType: string): string | undefined {
    const [, family = "", size = ""] = nodeType.split(".");
    if (tooSmall.includes(size)) {
        return `Global Datastore is supported on node types of size large and above, got ${nodeType}`;
    }
    return families.includes(family)
        ? undefined
        : `Global Datastore is supported on the node families ${families.join(", ")}, got ${nodeType}`;
}

export function isSupportedRegion(region: string): boolean {
    return regions.includes(region);
}
