import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { bucketType, encryptionType, policyType } from "../s3/buckets";
import { findKey } from "../support/keys";
import { record, records, text } from "../support/known";
import { policyAllows } from "../support/policyDocument";

/** The service that writes an accelerator's flow logs. */
const logDelivery = { service: "delivery.logs.amazonaws.com" };
/** Flow logs come from the service's own region. */
const home = "us-west-2";

/**
 * The bucket must exist, its policy must let the log delivery service write below the prefix and look
 * at the bucket's ACL, and a key of the customer's must let the service encrypt.
 *
 * @see https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html
 */
export function refuseFlowLogs(attributes: Props, context: TypeContext): void {
    const name = text(attributes, "flowLogsS3Bucket") ?? "";
    const bucket = context.store.find(
        bucketType,
        ({ outputs }) => text(outputs, "bucket") === name,
    );
    if (bucket === undefined) {
        throw invalid(`The S3 bucket ${name} doesn't exist.`);
    }
    const source = {
        "aws:SourceAccount": context.accountId,
        "aws:SourceArn": `arn:aws:logs:${home}:${context.accountId}:delivery-source:flow-logs`,
    };
    const policy = text(context.store.get(policyType, bucket.region, name)?.outputs, "policy");
    const may = (action: string, resource: string): boolean =>
        policy !== undefined &&
        policyAllows(policy, {
            principal: logDelivery,
            action,
            resource,
            // Without an ACL: log delivery sends none to a bucket whose owner has them off.
            context: source,
        });
    const folder = folderOf(text(attributes, "flowLogsS3Prefix") ?? "");
    const object = `arn:aws:s3:::${name}/${folder}AWSLogs/${context.accountId}/globalaccelerator/${home}/log.gz`;
    if (!may("s3:PutObject", object) || !may("s3:GetBucketAcl", `arn:aws:s3:::${name}`)) {
        throw invalid(
            `The policy of S3 bucket ${name} must let ${logDelivery.service} call s3:PutObject on ${object} and s3:GetBucketAcl on the bucket.`,
        );
    }
    const key = encryptionKey(name, bucket.region, context);
    if (key === undefined) {
        return;
    }
    const found = findKey(key, { store: context.store, region: bucket.region });
    const mayEncrypt =
        typeof found === "object" &&
        policyAllows(text(found.outputs, "policy") ?? "", {
            principal: logDelivery,
            action: "kms:GenerateDataKey",
            resource: text(found.outputs, "arn") ?? "",
            context: source,
        });
    if (!mayEncrypt) {
        throw invalid(
            `The policy of key ${key} must let ${logDelivery.service} call kms:GenerateDataKey, for S3 bucket ${name} is encrypted with it.`,
        );
    }
}

/** The customer's key that the bucket is encrypted with; undefined when S3's own does. */
function encryptionKey(bucket: string, region: string, context: TypeContext): string | undefined {
    const [rule] = records(context.store.get(encryptionType, region, bucket)?.outputs, "rules");
    return text(record(rule, "applyServerSideEncryptionByDefault"), "kmsMasterKeyId");
}

/** A prefix of `/` makes a double slash, as AWS documents; any other is followed by one. */
function folderOf(prefix: string): string {
    return prefix === "" ? "" : `${prefix.replace(/\/$/, "")}/`;
}

function invalid(message: string): AwsError {
    return new AwsError("InvalidArgumentException", message);
}
