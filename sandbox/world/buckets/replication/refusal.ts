import { roleTrust } from "../../../aws/iam/trust";
import { bucketType, isVersioned, policyType } from "../../../aws/s3/buckets";
import { text } from "../../../aws/support/known";
import { policyDenies } from "../../../aws/support/policyDocument";
import { keyAllowsRole, roleAllows } from "../../permissions";
import type { StoredResource } from "../../store";
import type { World } from "../../world";
import type { ObjectVersion } from "../objects";
import { hasBucketKey, s3KeyContext } from "../keyContext";
import type { ReplicationRule } from "./rules";

const service = "s3.amazonaws.com";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html */
export type FailureReason =
    | "AssumeRoleNotPermitted"
    | "DstBucketNotFound"
    | "DstBucketUnversioned"
    | "DstDelObjNotPermitted"
    | "DstKmsKeyInvalidState"
    | "DstKmsKeyNotFound"
    | "DstPutObjectNotPermitted"
    | "SrcGetObjectNotPermitted"
    | "SrcKmsKeyInvalidState"
    | "SrcKmsKeyNotFound";

type Account = Pick<World, "store" | "accountId">;

/** Why S3 cannot replicate the version by the rule, for good; undefined when it can. */
export function refusal(
    account: Account,
    rule: ReplicationRule,
    key: string,
    version: ObjectVersion,
): FailureReason | undefined {
    const { store } = account;
    if (roleTrust(rule.roleArn, service, account) !== "trusted") {
        return "AssumeRoleNotPermitted";
    }
    const destination = store.find(bucketType, ({ id }) => id === rule.destination);
    if (destination === undefined) {
        return "DstBucketNotFound";
    }
    if (!isVersioned(store, destination.region, destination.id)) {
        return "DstBucketUnversioned";
    }
    const source = `arn:aws:s3:::${rule.bucket}`;
    if (
        !may(account, rule, ["s3:GetReplicationConfiguration", "s3:ListBucket"], source) ||
        !may(account, rule, reading, `${source}/${key}`)
    ) {
        return "SrcGetObjectNotPermitted";
    }
    if (version.body === undefined) {
        return mayWrite(account, rule, "s3:ReplicateDelete", destination, key)
            ? undefined
            : "DstDelObjNotPermitted";
    }
    return (
        (mayWrite(account, rule, "s3:ReplicateObject", destination, key)
            ? undefined
            : "DstPutObjectNotPermitted") ?? keyRefusal(account, rule, key, version, destination)
    );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
const reading = [
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
];

function may(
    account: Account,
    { roleArn }: ReplicationRule,
    actions: readonly string[],
    resource: string,
): boolean {
    return actions.every((action) => roleAllows(account, roleArn, service, action, resource));
}

function mayWrite(
    account: Account,
    rule: ReplicationRule,
    action: string,
    destination: StoredResource,
    key: string,
): boolean {
    const resource = `arn:aws:s3:::${destination.id}/${key}`;
    const policy = account.store.get(policyType, destination.region, destination.id)?.outputs;
    return (
        may(account, rule, [action], resource) &&
        !policyDenies(text(policy, "policy") ?? "", {
            principal: { arn: rule.roleArn },
            action,
            resource,
        })
    );
}

/**
 * What a KMS key encrypts is decrypted with it and encrypted with the destination's, each by way of S3
 * in the region of the key.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
function keyRefusal(
    account: Account,
    rule: ReplicationRule,
    key: string,
    version: ObjectVersion,
    destination: StoredResource,
): FailureReason | undefined {
    if (!version.encryption.startsWith("aws:kms")) {
        return undefined;
    }
    const use = (action: string, region: string, bucket: string, reference: string | undefined) =>
        reference === undefined
            ? "allowed"
            : keyAllowsRole(account, region, reference, {
                  roleArn: rule.roleArn,
                  assumedBy: service,
                  action,
                  context: s3KeyContext(account, region, bucket, key),
              });
    const decrypts = use("kms:Decrypt", rule.region, rule.bucket, version.encryptionKey);
    if (decrypts !== "allowed") {
        return sourceReasons[decrypts];
    }
    // "S3 Bucket Keys and replication": S3 decrypts a bucket key of the destination's to see that it is sound.
    const bucketKey = hasBucketKey(account, destination.region, destination.id);
    for (const action of ["kms:Encrypt", ...(bucketKey ? ["kms:Decrypt"] : [])]) {
        const encrypts = use(action, destination.region, destination.id, rule.replicaKey);
        if (encrypts !== "allowed") {
            return targetReasons[encrypts];
        }
    }
    return undefined;
}

const sourceReasons = {
    denied: "SrcGetObjectNotPermitted",
    missing: "SrcKmsKeyNotFound",
    disabled: "SrcKmsKeyInvalidState",
} as const;

const targetReasons = {
    denied: "DstPutObjectNotPermitted",
    missing: "DstKmsKeyNotFound",
    disabled: "DstKmsKeyInvalidState",
} as const;
