import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { flag, given, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { bucketType, objectType, subresourceTypes } from "./buckets";

/** Website hosting zone of S3 in each region, https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints. */
const hostedZoneIds: Readonly<Record<string, string>> = {
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
    "ca-central-1": "Z1QDHH18159H29",
    "sa-east-1": "Z7KQH4QJS55SO",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-east-1": "ZNB98KWMFR0R6",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-northeast-2": "Z3W03O7B5YMIYP",
    "ap-northeast-3": "Z2YQB5RD63NC85",
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function bucketNameProblem(name: string): string | undefined {
    if (name.length < 3 || name.length > 63) {
        return `a bucket name has 3 to 63 characters, got ${name.length} in "${name}"`;
    }
    if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name)) {
        return `a bucket name has lower-case letters, digits, dots and hyphens, and starts and ends with a letter or digit, got "${name}"`;
    }
    if (name.includes("..") || /^\d+\.\d+\.\d+\.\d+$/.test(name)) {
        return `a bucket name must not have two dots in a row or look like an IP address, got "${name}"`;
    }
    const prefix = ["xn--", "sthree-", "amzn-s3-demo-"].find((start) => name.startsWith(start));
    const suffix = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].find((end) =>
        name.endsWith(end),
    );
    const reserved = prefix ?? suffix;
    return reserved === undefined ? undefined : `"${reserved}" is reserved, got "${name}"`;
}

function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    const name = text(inputs, "bucket");
    const nameProblem = name === undefined ? undefined : bucketNameProblem(name);
    if (nameProblem !== undefined) {
        problems.add("bucket", nameProblem);
    }
    problems.oneOf(inputs, "accelerationStatus", ["Enabled", "Suspended"]);
    problems.oneOf(inputs, "requestPayer", ["BucketOwner", "Requester"]);
    if (given(inputs, "acl") && given(inputs, "grants")) {
        problems.add("grants", "conflicts with acl: set one of the two");
    }
    return problems.found;
}

/** Names are taken world-wide, https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html#general-purpose-bucket-names. */
function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const name = text(inputs, "bucket") ?? "";
    if (
        current === undefined &&
        context.store.find(bucketType, (bucket) => bucket.id === name) !== undefined
    ) {
        throw new AwsError(
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
            409,
        );
    }
    // New buckets have their ACLs disabled: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
    const acl = text(inputs, "acl");
    if (
        current === undefined &&
        ((acl !== undefined && acl !== "private") || given(inputs, "grants"))
    ) {
        throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
    }
}

function refuseDelete(outputs: Props, context: TypeContext): void {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html: objects, versions and markers must be gone.
    const bucket = text(outputs, "bucket") ?? "";
    if (flag(outputs, "forceDestroy") !== true && objectsOf(bucket, context).length > 0) {
        throw new AwsError(
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
            409,
        );
    }
}

function deleted(outputs: Props, context: TypeContext): void {
    const bucket = text(outputs, "bucket") ?? "";
    for (const object of objectsOf(bucket, context)) {
        context.store.delete(objectType, object.region, object.id);
    }
    for (const type of subresourceTypes) {
        for (const resource of context.store.list(type, context.region)) {
            if (resource.outputs.bucket === bucket) {
                context.store.delete(type, resource.region, resource.id);
            }
        }
    }
}

function objectsOf(bucket: string, context: TypeContext) {
    return context.store
        .list(objectType, context.region)
        .filter((object) => object.outputs.bucket === bucket);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html */
function websiteOf(inputs: Props, name: string, region: string): Props {
    const domain = `s3-website.${region}.amazonaws.com`;
    return given(inputs, "website")
        ? { websiteDomain: domain, websiteEndpoint: `${name}.${domain}` }
        : { websiteDomain: "", websiteEndpoint: "" };
}

export const bucket: ResourceType = {
    type: bucketType,
    service: "s3",
    home: "regional",
    actions: {
        create: "CreateBucket",
        read: "HeadBucket",
        update: "PutBucketTagging",
        delete: "DeleteBucket",
    },
    inputs: [
        "accelerationStatus",
        "acl",
        "bucket",
        "bucketNamespace",
        "bucketPrefix",
        "corsRules",
        "forceDestroy",
        "grants",
        "lifecycleRules",
        "logging",
        "objectLockConfiguration",
        "objectLockEnabled",
        "policy",
        "replicationConfiguration",
        "requestPayer",
        "serverSideEncryptionConfiguration",
        "tags",
        "versioning",
        "website",
    ],
    required: [],
    replaceOn: ["bucket", "bucketPrefix", "bucketNamespace", "objectLockEnabled"],
    autoname: { property: "bucket", maxLength: 63, lowercase: true },
    defaults: { forceDestroy: false },
    documents: ["policy"],
    computed: [
        "arn",
        "bucketDomainName",
        "bucketRegion",
        "bucketRegionalDomainName",
        "hostedZoneId",
        "websiteDomain",
        "websiteEndpoint",
    ],
    check,
    admit,
    compute: (inputs, context) => {
        const name = text(inputs, "bucket") ?? "";
        return {
            id: name,
            outputs: {
                ...inputs,
                arn: `arn:aws:s3:::${name}`,
                bucketDomainName: `${name}.s3.amazonaws.com`,
                bucketRegion: context.region,
                bucketRegionalDomainName: `${name}.s3.${context.region}.amazonaws.com`,
                hostedZoneId: hostedZoneIds[context.region] ?? "",
                objectLockEnabled: flag(inputs, "objectLockEnabled") ?? false,
                requestPayer: text(inputs, "requestPayer") ?? "BucketOwner",
                grants: records(inputs, "grants"),
                ...websiteOf(inputs, name, context.region),
            },
        };
    },
    refuseDelete,
    deleted,
};
