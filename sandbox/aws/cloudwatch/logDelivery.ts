import { AwsError } from "../awsError";
import { distributionToken } from "../cloudfront/tokens";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, byArn, byId, record, text } from "../support/known";
import { policyAllows } from "../support/policyDocument";
import { Problems } from "../support/problems";

const sourceToken = "aws:cloudwatch/logDeliverySource:LogDeliverySource";
const destinationToken = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination";
const deliveryToken = "aws:cloudwatch/logDelivery:LogDelivery";
const bucketArn = /^arn:aws[\w-]*:s3:::([^/]+)(?:\/(.*))?$/;
const name = /^[\w-]{1,60}$/;
const nameRule = "must be 1 to 60 letters, digits, hyphens and underscores";

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html */
export const logDeliverySourceType: ResourceType = {
    type: sourceToken,
    service: "logs",
    home: "regional",
    actions: {
        create: "PutDeliverySource",
        read: "GetDeliverySource",
        update: "PutDeliverySource",
        delete: "DeleteDeliverySource",
    },
    inputs: ["logType", "name", "resourceArn", "tags"],
    required: ["logType", "resourceArn"],
    replaceOn: ["logType", "name", "resourceArn"],
    autoname: { property: "name", maxLength: 60 },
    computed: ["arn", "service"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(inputs, "name", name, nameRule);
        const isDistribution = /:cloudfront:/.test(text(inputs, "resourceArn") ?? "");
        problems.oneOf(isDistribution ? inputs : {}, "logType", ["ACCESS_LOGS", "CONNECTION_LOGS"]);
        return problems.found;
    },

    admit(inputs, context) {
        const resource = text(inputs, "resourceArn") ?? "";
        // CloudFront's deliveries are all set up in one region:
        // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
        if (/:cloudfront:/.test(resource) && context.region !== "us-east-1") {
            throw new AwsError(
                "ValidationException",
                `a delivery source for a distribution is made in us-east-1, the call went to ${context.region}`,
            );
        }
        if (byArn(context, distributionToken, resource) === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `The resource does not exist, or the rehearsal knows no logs of its kind: ${resource}`,
            );
        }
    },

    compute(inputs, context) {
        const id = text(inputs, "name") ?? "";
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("logs", context, `delivery-source:${id}`),
                service: "cloudfront",
            },
        };
    },

    refuseDelete: (outputs, context) =>
        refuseInUse(
            context,
            (delivery) => text(delivery, "deliverySourceName") === text(outputs, "name"),
        ),
};

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html */
export const logDeliveryDestinationType: ResourceType = {
    type: destinationToken,
    service: "logs",
    home: "regional",
    actions: {
        create: "PutDeliveryDestination",
        read: "GetDeliveryDestination",
        update: "PutDeliveryDestination",
        delete: "DeleteDeliveryDestination",
    },
    inputs: [
        "deliveryDestinationConfiguration",
        "deliveryDestinationType",
        "name",
        "outputFormat",
        "tags",
    ],
    required: [],
    replaceOn: ["deliveryDestinationType", "name", "outputFormat"],
    autoname: { property: "name", maxLength: 60 },
    computed: ["arn", "deliveryDestinationType"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(inputs, "name", name, nameRule);
        problems.oneOf(inputs, "outputFormat", ["json", "parquet", "plain", "raw", "w3c"]);
        problems.oneOf(inputs, "deliveryDestinationType", ["CWL", "FH", "S3", "XRAY"]);
        return problems.found;
    },

    admit(inputs, context) {
        const target = targetOf(inputs);
        const bucket = bucketArn.exec(target)?.[1];
        const found =
            bucket === undefined
                ? byArn(context, "aws:cloudwatch/logGroup:LogGroup", target)
                : context.store.find("aws:s3/bucket:Bucket", ({ id }) => id === bucket);
        if (found === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `The destination does not exist: ${target}`,
            );
        }
    },

    compute(inputs, context) {
        const id = text(inputs, "name") ?? "";
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("logs", context, `delivery-destination:${id}`),
                deliveryDestinationType:
                    text(inputs, "deliveryDestinationType") ??
                    (bucketArn.test(targetOf(inputs)) ? "S3" : "CWL"),
            },
        };
    },

    refuseDelete: (outputs, context) =>
        refuseInUse(
            context,
            (delivery) => text(delivery, "deliveryDestinationArn") === text(outputs, "arn"),
        ),
};

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html */
export const logDeliveryType: ResourceType = {
    type: deliveryToken,
    service: "logs",
    home: "regional",
    actions: {
        create: "CreateDelivery",
        read: "GetDelivery",
        update: "UpdateDeliveryConfiguration",
        delete: "DeleteDelivery",
    },
    inputs: [
        "deliveryDestinationArn",
        "deliverySourceName",
        "fieldDelimiter",
        "recordFields",
        "s3DeliveryConfigurations",
        "tags",
    ],
    required: ["deliveryDestinationArn", "deliverySourceName"],
    replaceOn: ["deliveryDestinationArn", "deliverySourceName"],
    computed: ["arn", "fieldDelimiter", "recordFields", "s3DeliveryConfigurations"],

    admit(inputs, context, current) {
        const source = byId(context, sourceToken, text(inputs, "deliverySourceName") ?? "");
        const destination = byArn(
            context,
            destinationToken,
            text(inputs, "deliveryDestinationArn") ?? "",
        );
        if (source === undefined || destination === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `The delivery ${source === undefined ? "source" : "destination"} does not exist in ${context.region}.`,
            );
        }
        const target = targetOf(destination.outputs);
        if (bucketArn.test(target) && !mayWrite(target, String(source.outputs.arn), context)) {
            throw new AwsError(
                "AccessDeniedException",
                `Access Denied for LogDestination: ${target}. Please check LogDestination permission`,
            );
        }
        if (current === undefined) {
            const sources = (delivery: Record<string, unknown>): boolean =>
                delivery.deliverySourceName === source.id &&
                delivery.deliveryDestinationArn === destination.outputs.arn;
            if (
                context.store.find(deliveryToken, ({ outputs }) => sources(outputs)) !== undefined
            ) {
                throw new AwsError("ConflictException", "Delivery already exists");
            }
        }
    },

    compute(inputs, context, current) {
        const id = text(current, "id") ?? context.unique(16);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("logs", context, `delivery:${id}`),
                fieldDelimiter: text(inputs, "fieldDelimiter") ?? "",
                recordFields: inputs.recordFields ?? [],
                s3DeliveryConfigurations: inputs.s3DeliveryConfigurations ?? [
                    { enableHiveCompatiblePath: false, suffixPath: "" },
                ],
            },
        };
    },
};

function targetOf(destination: Readonly<Record<string, unknown>>): string {
    return (
        text(record(destination, "deliveryDestinationConfiguration"), "destinationResourceArn") ??
        ""
    );
}

/**
 * Whether the bucket lets the delivery write below its prefix.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions-V2.html
 */
function mayWrite(target: string, sourceArn: string, context: TypeContext): boolean {
    const [, bucket = "", prefix = ""] = bucketArn.exec(target) ?? [];
    const folder = prefix === "" ? "" : `${prefix.replace(/\/$/, "")}/`;
    return context.store
        .list("aws:s3/bucketPolicy:BucketPolicy")
        .filter(({ outputs }) => text(outputs, "bucket") === bucket)
        .some(({ outputs }) =>
            policyAllows(text(outputs, "policy") ?? "", {
                principal: { service: "delivery.logs.amazonaws.com" },
                action: "s3:PutObject",
                resource: `arn:aws:s3:::${bucket}/${folder}AWSLogs/${context.accountId}/CloudFront/log`,
                context: {
                    "aws:SourceAccount": context.accountId,
                    "aws:SourceArn": sourceArn,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:SecureTransport": "true",
                },
            }),
        );
}

function refuseInUse(
    context: TypeContext,
    uses: (delivery: Readonly<Record<string, unknown>>) => boolean,
): void {
    if (context.store.find(deliveryToken, ({ outputs }) => uses(outputs)) !== undefined) {
        throw new AwsError(
            "ConflictException",
            "It is used by a delivery; delete the delivery first",
        );
    }
}
