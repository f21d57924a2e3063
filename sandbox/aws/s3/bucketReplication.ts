import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { roleTrust } from "../iam/trust";
import type { TypeContext } from "../resourceType";
import { findKey } from "../support/keys";
import { record, records, text } from "../support/known";
import { bucketInRegion, bucketType, isVersioned, replicationType } from "./buckets";
import { bucketSetting } from "./bucketSettings";
import { replicationProblems } from "./replicationRules";

function invalid(message: string): AwsError {
    return new AwsError("InvalidRequest", message);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html */
function admit(inputs: Props, context: TypeContext): void {
    const source = bucketInRegion(inputs, context);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html#replication-requirements
    if (!isVersioned(context.store, source.region, source.id)) {
        throw invalid(
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
        );
    }
    refuseRole(text(inputs, "role") ?? "", context);
    for (const rule of records(inputs, "rules")) {
        refuseDestination(record(rule, "destination") ?? {}, context);
    }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function refuseRole(role: string, context: TypeContext): void {
    switch (roleTrust(role, "s3.amazonaws.com", context)) {
        case "missing":
            throw new AwsError(
                "InvalidArgument",
                `Invalid role ARN: ${role} does not exist in the account`,
            );
        case "refused":
            throw invalid(
                `Amazon S3 cannot assume the role ${role}: its trust policy must allow sts:AssumeRole to s3.amazonaws.com`,
            );
        case "trusted":
    }
}

function refuseDestination(destination: Props, context: TypeContext): void {
    const name = (text(destination, "bucket") ?? "").replace("arn:aws:s3:::", "");
    const bucket = context.store.find(bucketType, ({ id }) => id === name);
    if (bucket === undefined) {
        throw invalid(`Destination bucket must exist. (${name})`);
    }
    if (!isVersioned(context.store, bucket.region, bucket.id)) {
        throw invalid(`Destination bucket must have versioning enabled. (${name})`);
    }
    const key = text(record(destination, "encryptionConfiguration"), "replicaKmsKeyId");
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html:
    // the key must be valid and in the region of the destination bucket.
    if (
        key !== undefined &&
        findKey(key, { store: context.store, region: bucket.region }) === undefined
    ) {
        throw invalid(
            `The replica's KMS key must be in the destination bucket's region, ${bucket.region}, got ${key}`,
        );
    }
}

/** Which objects of a bucket S3 copies where. A call to the bucket's region alone. */
export const bucketReplication = bucketSetting("BucketReplication", {
    type: replicationType,
    inputs: ["bucket", "role", "rules", "token"],
    required: ["bucket", "role", "rules"],
    check: replicationProblems,
    admit,
});
