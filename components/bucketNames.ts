/** What a region keeps in buckets that are replicated to every other region. */
export const bucketPurposes = ["media", "orders"] as const;
export type BucketPurpose = (typeof bucketPurposes)[number];

/**
 * Names that whoever needs them can tell without asking: a region's stack speaks of the others'
 * buckets without reading their outputs.
 */
export function bucketNameOf(purpose: BucketPurpose, region: string, accountId: string): string {
    return `meridian-${purpose}-${region}-${accountId}`;
}

/** Id of the rule that replicates a bucket to its namesake in a region; metrics go by it. */
export function ruleIdTo(region: string): string {
    return `to-${region}`;
}
