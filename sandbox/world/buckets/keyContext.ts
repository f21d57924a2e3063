import { encryptionType } from "../../aws/s3/buckets";
import { flag, records } from "../../aws/support/known";
import type { World } from "../world";

/**
 * Condition keys of what S3 asks of KMS for an object. With a bucket key the bucket stands for all its
 * objects. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
 */
export function s3KeyContext(
    { store }: Pick<World, "store">,
    region: string,
    bucket: string,
    key: string,
): Readonly<Record<string, string>> {
    const suffix = hasBucketKey({ store }, region, bucket) ? "" : `/${key}`;
    return {
        "kms:ViaService": `s3.${region}.amazonaws.com`,
        "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket}${suffix}`,
    };
}

export function hasBucketKey(
    { store }: Pick<World, "store">,
    region: string,
    bucket: string,
): boolean {
    const configuration = store.get(encryptionType, region, bucket)?.outputs;
    return flag(records(configuration, "rules")[0], "bucketKeyEnabled") === true;
}
