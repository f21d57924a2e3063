import { policyType, publicAccessBlockOf } from "../../aws/s3/buckets";
import { isPublicPolicy } from "../../aws/s3/publicPolicy";
import { policyAllows, policyDenies } from "../../aws/support/policyDocument";
import type { StoredResource } from "../store";
import type { World } from "../world";

/** Who asks S3 for something. */
export interface Requester {
    /** `account` for a signed request; whoever signs here is the account's own administrator. */
    readonly identity: "account" | "anonymous";
    /** Address as AWS would see it. */
    readonly sourceIp: string;
}

/**
 * Whether the bucket lets the requester do it. Somebody anonymous needs the bucket's policy, and a
 * policy that S3 counts as public is worth nothing to them under RestrictPublicBuckets.
 *
 * @param key object key; without one the action is on the bucket itself
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export function mayAccess(
    world: Pick<World, "store" | "accountId">,
    bucket: StoredResource,
    requester: Requester,
    action: string,
    key?: string,
): boolean {
    const { store, accountId } = world;
    const policy = store.get(policyType, bucket.region, bucket.id)?.outputs["policy"];
    const document = typeof policy === "string" ? policy : undefined;
    const request = {
        principal:
            requester.identity === "anonymous"
                ? ({ anonymous: true } as const)
                : { arn: `arn:aws:iam::${accountId}:role/administrator` },
        action,
        resource: `arn:aws:s3:::${bucket.id}${key === undefined ? "" : `/${key}`}`,
        context: { "aws:SourceIp": requester.sourceIp },
    };
    if (requester.identity === "account") {
        return document === undefined || !policyDenies(document, request);
    }
    return (
        document !== undefined &&
        policyAllows(document, request) &&
        !(
            publicAccessBlockOf(bucket.id, bucket.region, store).restrictPublicBuckets &&
            isPublicPolicy(document)
        )
    );
}
