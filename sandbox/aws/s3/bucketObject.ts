import { createHash } from "node:crypto";

import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { given, record, text } from "../support/known";
import { Problems } from "../support/problems";
import {
    bucketInRegion,
    defaultEncryption,
    isVersioned,
    objectType,
    ownershipType,
} from "./buckets";
import { objectBody } from "./objectBody";

/** Left empty: nobody here asks for a checksum algorithm's result. */
const checksums = [
    "checksumCrc32",
    "checksumCrc32c",
    "checksumCrc64nvme",
    "checksumSha1",
    "checksumSha256",
];

function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.atMostOne(inputs, ["content", "contentBase64", "source"]);
    const key = text(inputs, "key");
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    if (key !== undefined && (key === "" || Buffer.byteLength(key) > 1024)) {
        problems.add("key", `an object key has 1 to 1024 bytes, got ${Buffer.byteLength(key)}`);
    }
    problems.oneOf(inputs, "serverSideEncryption", ["AES256", "aws:kms", "aws:kms:dsse"]);
    problems.oneOf(inputs, "storageClass", [
        "STANDARD",
        "REDUCED_REDUNDANCY",
        "GLACIER",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "DEEP_ARCHIVE",
        "GLACIER_IR",
    ]);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
    const tags = record(inputs, "tags");
    if (tags !== undefined && Object.keys(tags).length > 10) {
        problems.add("tags", `an object has at most 10 tags, got ${Object.keys(tags).length}`);
    }
    return problems.found;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
function admit(inputs: Props, context: TypeContext): void {
    const bucket = bucketInRegion(inputs, context);
    const ownership = context.store.get(ownershipType, context.region, bucket.id);
    const enforced =
        ownership === undefined ||
        text(record(ownership.outputs, "rule"), "objectOwnership") === "BucketOwnerEnforced";
    const acl = text(inputs, "acl");
    if (enforced && acl !== undefined && !["private", "bucket-owner-full-control"].includes(acl)) {
        throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
    }
    const key = text(inputs, "kmsKeyId");
    const keyRegion = key === undefined ? undefined : /^arn:aws:kms:([^:]+):/.exec(key)?.[1];
    if (keyRegion !== undefined && keyRegion !== context.region) {
        throw new AwsError("KMS.NotFoundException", `Invalid arn ${keyRegion}`);
    }
}

function encryptionOf(inputs: Props, bucket: string, context: TypeContext): string {
    return (
        text(inputs, "serverSideEncryption") ??
        (given(inputs, "kmsKeyId")
            ? "aws:kms"
            : defaultEncryption(context.store, context.region, bucket).algorithm)
    );
}

/** An object. Putting and deleting one needs its region's data plane and nothing else. */
export const bucketObject: ResourceType = {
    type: objectType,
    service: "s3",
    home: "regional",
    plane: "data",
    actions: {
        create: "PutObject",
        read: "HeadObject",
        update: "PutObject",
        delete: "DeleteObject",
    },
    inputs: [
        "acl",
        "bucket",
        "bucketKeyEnabled",
        "cacheControl",
        "checksumAlgorithm",
        "content",
        "contentBase64",
        "contentDisposition",
        "contentEncoding",
        "contentLanguage",
        "contentType",
        "etag",
        "forceDestroy",
        "key",
        "kmsKeyId",
        "metadata",
        "objectLockLegalHoldStatus",
        "objectLockMode",
        "objectLockRetainUntilDate",
        "overrideProvider",
        "serverSideEncryption",
        "source",
        "sourceHash",
        "storageClass",
        "tags",
        "websiteRedirect",
    ],
    required: ["bucket"],
    replaceOn: ["bucket", "key"],
    autoname: { property: "key", maxLength: 1024, verbatim: true },
    defaults: { forceDestroy: false },
    upsert: true,
    computed: [
        "arn",
        ...checksums,
        "contentType",
        "etag",
        "serverSideEncryption",
        "storageClass",
        "versionId",
    ],
    changesOnUpdate: ["etag", "versionId"],
    check,
    admit,
    compute: (inputs, context, current) => {
        const bucket = text(inputs, "bucket") ?? "";
        const key = text(inputs, "key") ?? "";
        const encryption = encryptionOf(inputs, bucket, context);
        const body = objectBody(inputs);
        // Not the MD5 of the data under KMS: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
        const etag = createHash("md5")
            .update(encryption === "AES256" ? body : `${encryption}|${context.nowMs}|${key}`)
            .digest("hex");
        const versionId = isVersioned(context.store, context.region, bucket)
            ? createHash("sha256")
                  .update(`${context.unique(16)}|${context.nowMs}|${text(current, "versionId")}`)
                  .digest("base64url")
                  .slice(0, 32)
            : "";
        return {
            id: `${bucket}/${key}`,
            outputs: {
                contentType: "application/octet-stream",
                storageClass: "STANDARD",
                ...Object.fromEntries(checksums.map((name) => [name, ""])),
                ...inputs,
                arn: `arn:aws:s3:::${bucket}/${key}`,
                etag,
                serverSideEncryption: encryption,
                versionId,
            },
        };
    },
    importIds: ({ outputs }) => [`s3://${text(outputs, "bucket")}/${text(outputs, "key")}`],
};
