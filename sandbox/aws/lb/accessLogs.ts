import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { records, record, text } from "../support/known";
import { policyAllows, type PolicyRequest } from "../support/policyDocument";

/** The service that writes a load balancer's logs. */
const logDelivery = "logdelivery.elasticloadbalancing.amazonaws.com";

/** Accounts that write the logs in regions older than August 2022, for policies that name them. */
const legacyAccounts: Readonly<Record<string, string>> = {
    "us-east-1": "127311923021",
    "us-east-2": "033677994240",
    "us-west-1": "027434742980",
    "us-west-2": "797873946194",
    "ca-central-1": "985666609251",
    "sa-east-1": "507241528517",
    "eu-west-1": "156460612806",
    "eu-west-2": "652711504416",
    "eu-west-3": "009996457667",
    "eu-central-1": "054676820928",
    "eu-north-1": "897822967062",
    "ap-south-1": "718504428378",
    "ap-east-1": "754344448648",
    "ap-southeast-1": "114774131450",
    "ap-southeast-2": "783225319266",
    "ap-northeast-1": "582318560864",
    "ap-northeast-2": "600734575887",
};

/**
 * The bucket must exist in the load balancer's region, its policy must let the log delivery service
 * write below the prefix, and its default encryption must be SSE-S3: a KMS key is not supported.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export function refuseLogsBucket(logs: Props, context: TypeContext): void {
    const name = text(logs, "bucket") ?? "";
    const bucket = context.store.find(
        "aws:s3/bucket:Bucket",
        ({ outputs }) => text(outputs, "bucket") === name,
    );
    if (bucket === undefined) {
        throw new AwsError("InvalidConfigurationRequest", `S3 bucket does not exist: ${name}`);
    }
    if (bucket.region !== context.region) {
        throw new AwsError(
            "InvalidConfigurationRequest",
            `S3Bucket: ${name} is not located in the same region with the ELB`,
        );
    }
    if (!mayWrite(name, text(logs, "prefix"), context) || usesKms(name, context)) {
        throw new AwsError(
            "InvalidConfigurationRequest",
            `Access Denied for bucket: ${name}. Please check S3bucket permission`,
        );
    }
}

function mayWrite(bucket: string, prefix: string | undefined, context: TypeContext): boolean {
    const folder = prefix === undefined || prefix === "" ? "" : `${prefix}/`;
    const request = (principal: PolicyRequest["principal"]): PolicyRequest => ({
        principal,
        action: "s3:PutObject",
        resource: `arn:aws:s3:::${bucket}/${folder}AWSLogs/${context.accountId}/ELBAccessLogTestFile`,
        context: {
            "aws:SourceAccount": context.accountId,
            "aws:SourceArn": `arn:aws:elasticloadbalancing:${context.region}:${context.accountId}:loadbalancer/app/any/0`,
            "s3:x-amz-acl": "bucket-owner-full-control",
        },
    });
    const legacy = legacyAccounts[context.region];
    return context.store
        .list("aws:s3/bucketPolicy:BucketPolicy")
        .filter(({ outputs }) => text(outputs, "bucket") === bucket)
        .map(({ outputs }) => text(outputs, "policy") ?? "")
        .some(
            (policy) =>
                policyAllows(policy, request({ service: logDelivery })) ||
                (legacy !== undefined &&
                    policyAllows(policy, request({ arn: `arn:aws:iam::${legacy}:root` }))),
        );
}

function usesKms(bucket: string, context: TypeContext): boolean {
    return context.store
        .list(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        )
        .filter(({ outputs }) => text(outputs, "bucket") === bucket)
        .flatMap(({ outputs }) => records(outputs, "rules"))
        .some((rule) =>
            text(record(rule, "applyServerSideEncryptionByDefault"), "sseAlgorithm")?.startsWith(
                "aws:kms",
            ),
        );
}
