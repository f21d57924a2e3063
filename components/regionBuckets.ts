import * as pulumi from "@pulumi/pulumi";

import type { BucketPurpose } from "./bucketNames";
import { ReplicatedBucket, type ReplicatedBucketArgs } from "./replicatedBucket";

export type RegionBucketsArgs = Omit<
    ReplicatedBucketArgs,
    "purpose" | "expireOldVersionsAfterDays"
>;

/** The region's copies of what the storefront keeps in buckets: product media, and an archive of the orders. */
export class RegionBuckets extends pulumi.ComponentResource {
    readonly mediaBucket: pulumi.Output<string>;
    readonly ordersBucket: pulumi.Output<string>;

    constructor(name: string, args: RegionBucketsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:RegionBuckets", name, {}, opts);

        this.mediaBucket = this.createBucket(name, args, "media", 30);
        this.ordersBucket = this.createBucket(name, args, "orders", 365);

        this.registerOutputs({ mediaBucket: this.mediaBucket, ordersBucket: this.ordersBucket });
    }

    /** @param oldVersionDays how long a replaced or deleted version can be brought back */
    private createBucket(
        name: string,
        args: RegionBucketsArgs,
        purpose: BucketPurpose,
        oldVersionDays: number,
    ): pulumi.Output<string> {
        return new ReplicatedBucket(
            `${name}-${purpose}`,
            { ...args, purpose, expireOldVersionsAfterDays: oldVersionDays },
            { parent: this },
        ).bucketName;
    }
}
