import { databaseLogGroup } from "./databaseSettings";
import { onBehalfOf, type Statement } from "./policyDocument";

/** What a key is used for through a service on a caller's behalf. */
const cryptography = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:DescribeKey",
] as const;

/**
 * The account administers the key and says in IAM who else does. It may not encrypt or decrypt with
 * it, nor hand that out: those are granted below, through a service each.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-administrators
 */
export function administration(accountId: string): Statement {
    return {
        Sid: "AccountAdministers",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: [
            "kms:CancelKeyDeletion",
            "kms:DescribeKey",
            "kms:DisableKey",
            "kms:DisableKeyRotation",
            "kms:EnableKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListGrants",
            "kms:ListKeyPolicies",
            "kms:ListKeyRotations",
            "kms:ListResourceTags",
            "kms:PutKeyPolicy",
            "kms:RevokeGrant",
            "kms:RotateKeyOnDemand",
            "kms:ScheduleKeyDeletion",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:CreateAlias",
            "kms:DeleteAlias",
            "kms:UpdateAlias",
            "kms:UpdateKeyDescription",
        ],
        Resource: "*",
    };
}

/**
 * Tables, their backups, buckets, streams, caches, secrets and the database: whoever IAM lets near one may use the
 * key through its service, and through nothing else. Replication of a bucket is somebody that IAM lets
 * near it, too.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html#dynamodb-kms-authz
 */
export function dataUses(region: string, accountId: string): readonly Statement[] {
    return [
        ...throughServices(accountId, [
            `backup.${region}.amazonaws.com`,
            `dynamodb.${region}.amazonaws.com`,
            `elasticache.${region}.amazonaws.com`,
            `kinesis.${region}.amazonaws.com`,
            `rds.${region}.amazonaws.com`,
            `s3.${region}.amazonaws.com`,
            `secretsmanager.${region}.amazonaws.com`,
        ]),
        {
            Sid: "DynamoDbChecksTheKey",
            Effect: "Allow",
            Principal: { Service: "dynamodb.amazonaws.com" },
            Action: ["kms:Describe*", "kms:Get*", "kms:List*"],
            Resource: "*",
        },
    ];
}

/** Logs, notices, dead letters and the environment of functions. */
export function operationsUses(region: string, accountId: string): readonly Statement[] {
    const arn = (service: string, resource: string): string =>
        `arn:aws:${service}:${region}:${accountId}:${resource}`;
    return [
        ...throughServices(accountId, [
            `lambda.${region}.amazonaws.com`,
            `sns.${region}.amazonaws.com`,
            `sqs.${region}.amazonaws.com`,
        ]),
        logsEncrypt(region, accountId, [
            "/meridian/*",
            "aws-waf-logs-meridian-*",
            databaseLogGroup(region),
        ]),
        serviceStatement("AlarmsPublish", "cloudwatch", [arn("cloudwatch", "alarm:meridian-*")]),
        serviceStatement("EventsKeepDeadLetters", "events", [arn("events", "rule/meridian-*")]),
        serviceStatement("TopicsDeliverToQueues", "sns", [arn("sns", "meridian-*")]),
        serviceStatement("BucketsTell", "s3", ["arn:aws:s3:::meridian-*"]),
    ];

    /** @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-what-permissions-for-sse */
    function serviceStatement(sid: string, service: string, sources: readonly string[]): Statement {
        return {
            Sid: sid,
            Effect: "Allow",
            Principal: { Service: `${service}.amazonaws.com` },
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Resource: "*",
            Condition: onBehalfOf(accountId, sources),
        };
    }
}

/**
 * Log groups of these names, of which one may end with `*`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function logsEncrypt(
    region: string,
    accountId: string,
    groups: readonly string[],
): Statement {
    return {
        Sid: "LogsEncrypt",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: cryptography,
        Resource: "*",
        Condition: {
            ArnLike: {
                "kms:EncryptionContext:aws:logs:arn": groups.map(
                    (group) => `arn:aws:logs:${region}:${accountId}:log-group:${group}`,
                ),
            },
        },
    };
}

/** Objects of buckets: whoever IAM lets near them may use the key through S3, and through nothing else. */
export function bucketUse(region: string, accountId: string): Statement {
    return {
        Sid: "UseThroughBuckets",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: cryptography,
        Resource: "*",
        Condition: {
            StringEquals: {
                "kms:ViaService": `s3.${region}.amazonaws.com`,
                "kms:CallerAccount": accountId,
            },
        },
    };
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service */
function throughServices(accountId: string, services: readonly string[]): readonly Statement[] {
    const principal = { AWS: `arn:aws:iam::${accountId}:root` };
    const via = { "kms:ViaService": services, "kms:CallerAccount": accountId };
    return [
        {
            Sid: "UseThroughServices",
            Effect: "Allow",
            Principal: principal,
            Action: cryptography,
            Resource: "*",
            Condition: { StringEquals: via },
        },
        {
            Sid: "GrantToServices",
            Effect: "Allow",
            Principal: principal,
            Action: "kms:CreateGrant",
            Resource: "*",
            Condition: { StringEquals: via, Bool: { "kms:GrantIsForAWSResource": "true" } },
        },
    ];
}
