import { policyType, publicAccessBlockOf } from "../../aws/s3/buckets";
import { isPublicPolicy } from "../../aws/s3/publicPolicy";
import { policyAllows, policyDenies } from "../../aws/support/policyDocument";
import { keyAllowsRole, roleAllows, taskService } from "../permissions";
import type { StoredResource } from "../store";
import { endpointAllows } from "../vpcEndpoints";
import type { World } from "../world";
import { s3KeyContext } from "./keyContext";

/** Who asks S3 for something. */
export interface Requester {
    /** `account` for a signed request; whoever signs here without a role is the account's own administrator. */
    readonly identity: "account" | "anonymous";
    /** Role that a task signs with. */
    readonly roleArn?: string;
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
                : { arn: requester.roleArn ?? `arn:aws:iam::${accountId}:role/administrator` },
        action,
        resource: `arn:aws:s3:::${bucket.id}${key === undefined ? "" : `/${key}`}`,
        context: { "aws:SourceIp": requester.sourceIp },
    };
    const { roleArn } = requester;
    if (
        roleArn !== undefined &&
        !(
            roleAllows(world, roleArn, taskService, action, request.resource, request.context) &&
            endpointAllows(world, bucket.region, "s3", {
                principal: { arn: roleArn },
                action,
                resource: request.resource,
            })
        )
    ) {
        return false;
    }
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

/** Whether the requester may use the key of an object; the administrator may. */
export function mayUseKey(
    world: Pick<World, "store" | "accountId">,
    bucket: StoredResource,
    { roleArn }: Requester,
    action: string,
    key: string,
    encryptionKey: string,
): boolean {
    return (
        roleArn === undefined ||
        keyAllowsRole(world, bucket.region, encryptionKey, {
            roleArn,
            assumedBy: taskService,
            action,
            context: s3KeyContext(world, bucket.region, bucket.id, key),
        }) === "allowed"
    );
}
