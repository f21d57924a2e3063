import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";

/** What a provider call failed with, ready to be shown: `refused` by AWS, or no answer (`timeout`). */
export class CallError extends Error {
    override readonly name = "CallError";
    constructor(
        readonly kind: "invalid" | "refused" | "timeout",
        message: string,
        /** What AWS said, when it said something. */
        readonly aws?: AwsError,
    ) {
        super(message, aws === undefined ? {} : { cause: aws });
    }
}

/** Service names as the AWS SDK writes them in its errors. */
const sdkNames: Readonly<Record<string, string>> = {
    acm: "ACM",
    appautoscaling: "Application Auto Scaling",
    cloudfront: "CloudFront",
    cloudwatch: "CloudWatch",
    dynamodb: "DynamoDB",
    ec2: "EC2",
    ecs: "ECS",
    elasticache: "ElastiCache",
    elbv2: "Elastic Load Balancing v2",
    events: "EventBridge",
    iam: "IAM",
    kms: "KMS",
    lambda: "Lambda",
    logs: "CloudWatch Logs",
    route53: "Route 53",
    s3: "S3",
    secretsmanager: "Secrets Manager",
    sns: "SNS",
    sqs: "SQS",
    sts: "STS",
    wafv2: "WAFV2",
};

export function sdkName(service: string): string {
    return sdkNames[service] ?? service;
}

/** A refusal in the words of the provider and the SDK under it. */
export function refusal(
    doing: string,
    type: Pick<ResourceType, "service">,
    action: string,
    error: AwsError,
    requestId: string,
): CallError {
    return new CallError(
        "refused",
        `${doing}: operation error ${sdkName(type.service)}: ${action}, https response error ` +
            `StatusCode: ${error.status}, RequestID: ${requestId}, ${error.code}: ${error.message}`,
        error,
    );
}

/** What the SDK says when nothing answers. */
export function noAnswer(
    doing: string,
    service: string,
    action: string,
    home: string,
    timeoutMs: number,
): CallError {
    return new CallError(
        "timeout",
        `${doing}: operation error ${sdkName(service)}: ${action}, https response error ` +
            `StatusCode: 0, RequestID: , request send failed: no answer from ${service} in ${home} ` +
            `within ${timeoutMs / 1000} s (i/o timeout)`,
    );
}
