import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { flag, record, records, text } from "../support/known";

/** The types of S3, and what their rules ask of a bucket. */
export const bucketType = "aws:s3/bucket:Bucket";
export const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";
export const policyType = "aws:s3/bucketPolicy:BucketPolicy";
export const publicAccessBlockType = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
export const versioningType = "aws:s3/bucketVersioning:BucketVersioning";
export const encryptionType =
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
export const ownershipType = "aws:s3/bucketOwnershipControls:BucketOwnershipControls";
export const lifecycleType = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
export const replicationType = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
export const notificationType = "aws:s3/bucketNotification:BucketNotification";

/** What belongs to a bucket and goes with it. */
export const subresourceTypes = [
    policyType,
    publicAccessBlockType,
    versioningType,
    encryptionType,
    ownershipType,
    lifecycleType,
    replicationType,
    notificationType,
];

/**
 * The bucket a request is about.
 *
 * @throws AwsError NoSuchBucket, or PermanentRedirect when it lives in another region
 *   (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList).
 */
export function bucketInRegion(inputs: Props, context: TypeContext): StoredResource {
    const name = text(inputs, "bucket") ?? "";
    const bucket = context.store.find(bucketType, (candidate) => candidate.id === name);
    if (bucket === undefined) {
        throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
    }
    if (bucket.region !== context.region) {
        throw new AwsError(
            "PermanentRedirect",
            `The bucket you are attempting to access must be addressed using the specified endpoint (${name} is in ${bucket.region}, the request went to ${context.region})`,
            301,
        );
    }
    return bucket;
}

/** Whether puts to the bucket keep the versions before. */
export function isVersioned(
    store: Pick<TypeContext["store"], "get">,
    region: string,
    bucket: string,
): boolean {
    const versioning = store.get(versioningType, region, bucket)?.outputs;
    return text(record(versioning, "versioningConfiguration"), "status") === "Enabled";
}

/** How a bucket encrypts what says nothing itself. */
export interface DefaultEncryption {
    /** `AES256`, `aws:kms` or `aws:kms:dsse`. */
    readonly algorithm: string;
    /** Id, ARN or alias of the KMS key; undefined without one of the account's own. */
    readonly key: string | undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html */
export function defaultEncryption(
    store: Pick<TypeContext["store"], "get">,
    region: string,
    bucket: string,
): DefaultEncryption {
    const configuration = store.get(encryptionType, region, bucket)?.outputs;
    const byDefault = record(
        records(configuration, "rules")[0],
        "applyServerSideEncryptionByDefault",
    );
    return {
        algorithm: text(byDefault, "sseAlgorithm") ?? "AES256",
        key: text(byDefault, "kmsMasterKeyId"),
    };
}

export interface PublicAccessBlock {
    readonly blockPublicAcls: boolean;
    readonly ignorePublicAcls: boolean;
    readonly blockPublicPolicy: boolean;
    readonly restrictPublicBuckets: boolean;
}

/**
 * The block public access settings in force. A bucket without a configuration of its own was made
 * with all four on, as every bucket since April 2023
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html).
 */
export function publicAccessBlockOf(
    bucket: string,
    region: string,
    store: TypeContext["store"],
): PublicAccessBlock {
    const own = store.get(publicAccessBlockType, region, bucket)?.outputs;
    const setting = (name: keyof PublicAccessBlock): boolean =>
        own === undefined || (flag(own, name) ?? false);
    return {
        blockPublicAcls: setting("blockPublicAcls"),
        ignorePublicAcls: setting("ignorePublicAcls"),
        blockPublicPolicy: setting("blockPublicPolicy"),
        restrictPublicBuckets: setting("restrictPublicBuckets"),
    };
}
