import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { flag, given, items, record, records, text } from "../support/known";
import { Problems } from "../support/problems";
import {
    bucketInRegion,
    encryptionType,
    lifecycleType,
    ownershipType,
    publicAccessBlockType,
    replicationType,
    versioningType,
} from "./buckets";

/** What the settings of a bucket have in common: one each, under the bucket's name, put over what is there. */
export function bucketSetting(
    action: string,
    own: Pick<ResourceType, "type" | "inputs" | "required"> & Partial<ResourceType>,
): ResourceType {
    return {
        service: "s3",
        home: "regional",
        actions: {
            create: `Put${action}`,
            read: `Get${action}`,
            update: `Put${action}`,
            delete: `Delete${action}`,
        },
        replaceOn: ["bucket", "expectedBucketOwner"].filter((name) => own.inputs.includes(name)),
        upsert: true,
        computed: [],
        admit: (inputs, context) => void bucketInRegion(inputs, context),
        compute: (inputs) => ({ id: text(inputs, "bucket") ?? "", outputs: inputs }),
        ...own,
    };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html */
export const bucketPublicAccessBlock = bucketSetting("PublicAccessBlock", {
    type: publicAccessBlockType,
    inputs: [
        "blockPublicAcls",
        "blockPublicPolicy",
        "bucket",
        "ignorePublicAcls",
        "restrictPublicBuckets",
        "skipDestroy",
    ],
    required: ["bucket"],
    compute: (inputs) => ({
        id: text(inputs, "bucket") ?? "",
        outputs: {
            ...inputs,
            blockPublicAcls: flag(inputs, "blockPublicAcls") ?? false,
            blockPublicPolicy: flag(inputs, "blockPublicPolicy") ?? false,
            ignorePublicAcls: flag(inputs, "ignorePublicAcls") ?? false,
            restrictPublicBuckets: flag(inputs, "restrictPublicBuckets") ?? false,
        },
    }),
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html: once on, it can only be suspended. */
export const bucketVersioning = bucketSetting("BucketVersioning", {
    type: versioningType,
    inputs: ["bucket", "expectedBucketOwner", "mfa", "versioningConfiguration"],
    required: ["bucket", "versioningConfiguration"],
    check: (inputs) => {
        const problems = new Problems();
        const configuration = record(inputs, "versioningConfiguration") ?? {};
        const path = "versioningConfiguration.";
        if (record(inputs, "versioningConfiguration") && !given(configuration, "status")) {
            problems.add(`${path}status`, "missing required property");
        }
        problems.oneOf(configuration, "status", ["Enabled", "Suspended", "Disabled"], path);
        problems.oneOf(configuration, "mfaDelete", ["Enabled", "Disabled"], path);
        return problems.found;
    },
    admit: (inputs, context, current) => {
        const bucket = bucketInRegion(inputs, context);
        const before = text(record(current, "versioningConfiguration"), "status");
        const after = text(record(inputs, "versioningConfiguration"), "status");
        if (after === "Disabled" && before !== undefined && before !== "Disabled") {
            throw new AwsError(
                "InvalidArgument",
                `versioning_configuration.status cannot be updated from '${before}' to 'Disabled'`,
            );
        }
        if (after !== "Enabled") {
            refuseWhileReplicated(bucket.id, context);
        }
    },
    // Whoever deletes it suspends versioning.
    refuseDelete: (outputs, context) => {
        refuseWhileReplicated(text(outputs, "bucket") ?? "", context);
    },
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-and-other-bucket-configs.html#replication-and-versioning */
function refuseWhileReplicated(bucket: string, context: TypeContext): void {
    if (context.store.get(replicationType, context.region, bucket) !== undefined) {
        throw new AwsError(
            "InvalidBucketState",
            "A replication configuration is present on this bucket, so the versioning state cannot be changed.",
            409,
        );
    }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html */
export const bucketServerSideEncryptionConfiguration = bucketSetting("BucketEncryption", {
    type: encryptionType,
    inputs: ["bucket", "expectedBucketOwner", "rules"],
    required: ["bucket", "rules"],
    check: (inputs) => {
        const problems = new Problems();
        if (Array.isArray(inputs.rules) && items(inputs, "rules").length !== 1) {
            problems.add(
                "rules",
                `exactly 1 rule is allowed, got ${items(inputs, "rules").length}`,
            );
        }
        const path = "rules[0].applyServerSideEncryptionByDefault.";
        const byDefault = record(records(inputs, "rules")[0], "applyServerSideEncryptionByDefault");
        problems.oneOf(
            byDefault ?? {},
            "sseAlgorithm",
            ["AES256", "aws:kms", "aws:kms:dsse"],
            path,
        );
        if (
            byDefault !== undefined &&
            text(byDefault, "sseAlgorithm") === "AES256" &&
            given(byDefault, "kmsMasterKeyId")
        ) {
            problems.add(
                `${path}kmsMasterKeyId`,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
            );
        }
        return problems.found;
    },
    admit: (inputs, context) => {
        bucketInRegion(inputs, context);
        const key = text(
            record(records(inputs, "rules")[0], "applyServerSideEncryptionByDefault"),
            "kmsMasterKeyId",
        );
        const keyRegion = key === undefined ? undefined : /^arn:aws:kms:([^:]+):/.exec(key)?.[1];
        if (keyRegion !== undefined && keyRegion !== context.region) {
            throw new AwsError(
                "KMS.NotFoundException",
                `Invalid arn ${keyRegion}: the key must be in the bucket's region, ${context.region}`,
            );
        }
    },
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html */
export const bucketOwnershipControls = bucketSetting("BucketOwnershipControls", {
    type: ownershipType,
    inputs: ["bucket", "rule"],
    required: ["bucket", "rule"],
    check: (inputs) => {
        const problems = new Problems();
        problems.oneOf(
            record(inputs, "rule") ?? {},
            "objectOwnership",
            ["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"],
            "rule.",
        );
        return problems.found;
    },
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html */
export const bucketLifecycleConfiguration = bucketSetting("BucketLifecycleConfiguration", {
    type: lifecycleType,
    inputs: [
        "bucket",
        "expectedBucketOwner",
        "rules",
        "timeouts",
        "transitionDefaultMinimumObjectSize",
    ],
    required: ["bucket"],
    check: lifecycleProblems,
});

function lifecycleProblems(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    const rules = records(inputs, "rules");
    if (Array.isArray(inputs.rules) && (rules.length < 1 || rules.length > 1000)) {
        problems.add("rules", `1 to 1000 rules are allowed, got ${rules.length}`);
    }
    const seen = new Set<string>();
    rules.forEach((rule, index) => {
        const path = `rules[${index}].`;
        const id = text(rule, "id");
        if (id !== undefined && (id.length > 255 || seen.has(id))) {
            problems.add(
                `${path}id`,
                id.length > 255
                    ? `at most 255 characters, got ${id.length}`
                    : `rule ID must be unique, got "${id}" twice`,
            );
        }
        if (id !== undefined) {
            seen.add(id);
        }
        problems.oneOf(rule, "status", ["Enabled", "Disabled"], path);
        problems.range(
            record(rule, "expiration") ?? {},
            "days",
            1,
            2147483647,
            `${path}expiration.`,
        );
        problems.range(
            record(rule, "noncurrentVersionExpiration") ?? {},
            "noncurrentDays",
            1,
            2147483647,
            `${path}noncurrentVersionExpiration.`,
        );
        const actions = [
            "abortIncompleteMultipartUpload",
            "expiration",
            "noncurrentVersionExpiration",
            "noncurrentVersionTransitions",
            "transitions",
        ];
        if (!actions.some((action) => given(rule, action))) {
            problems.add(path.slice(0, -1), `a rule needs one of ${actions.join(", ")}`);
        }
    });
    return problems.found;
}
