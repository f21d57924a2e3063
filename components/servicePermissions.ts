import * as pulumi from "@pulumi/pulumi";

import { cacheIdOf, cacheUser } from "./cacheSettings";
import type { Statement } from "./policyDocument";

export interface EcrImage {
    readonly accountId: string;
    readonly region: string;
    readonly repository: string;
}

/** Name of the tasks' role of a region: known before it is made, by those who let it in later. */
export function taskRoleNameOf(region: string): string {
    return `meridian-storefront-task-${region}`;
}

const ecrImage =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([a-z0-9][a-z0-9._/-]*?)[:@][\w.:-]+$/;

/** The parts of `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`; undefined for anything else. */
export function parseEcrImage(image: string): EcrImage | undefined {
    const [, accountId, region, repository] = ecrImage.exec(image) ?? [];
    return accountId === undefined || region === undefined || repository === undefined
        ? undefined
        : { accountId, region, repository };
}

export interface TableAccess {
    readonly region: string;
    readonly accountId: string;
    readonly tableName: string;
    readonly dataKeyArn: pulumi.Input<string>;
}

/** What the storefront does with its region's table, and no other region's: it reads and writes whole items, and never scans or deletes. */
export function tableStatements(access: TableAccess): readonly Statement[] {
    const table = `arn:aws:dynamodb:${access.region}:${access.accountId}:table/${access.tableName}`;
    return [
        {
            Sid: "UseItems",
            Effect: "Allow",
            Action: [
                "dynamodb:BatchGetItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
            ],
            Resource: table,
        },
        {
            Sid: "QueryIndexes",
            Effect: "Allow",
            Action: "dynamodb:Query",
            Resource: `${table}/index/*`,
        },
        openThroughDynamoDb(access.region, access.dataKeyArn),
    ];
}

export interface BucketAccess {
    readonly region: string;
    /** Product media, read. */
    readonly mediaBucket: string;
    /** Archive of orders, written and never read or deleted. */
    readonly ordersBucket: string;
    readonly dataKeyArn: pulumi.Input<string>;
}

/** What the storefront does with the region's buckets, and nothing of any other region's. */
export function bucketStatements(access: BucketAccess): readonly Statement[] {
    return [
        {
            Sid: "ReadMedia",
            Effect: "Allow",
            Action: "s3:GetObject",
            Resource: `arn:aws:s3:::${access.mediaBucket}/*`,
        },
        {
            // Without it S3 would not say that an object is absent, but that it must not be read.
            Sid: "KnowMedia",
            Effect: "Allow",
            Action: "s3:ListBucket",
            Resource: `arn:aws:s3:::${access.mediaBucket}`,
        },
        {
            Sid: "ArchiveOrders",
            Effect: "Allow",
            Action: "s3:PutObject",
            Resource: `arn:aws:s3:::${access.ordersBucket}/orders/*`,
        },
        {
            Sid: "OpenObjects",
            Effect: "Allow",
            Action: ["kms:Decrypt", "kms:GenerateDataKey"],
            Resource: access.dataKeyArn,
            Condition: {
                StringEquals: { "kms:ViaService": `s3.${access.region}.amazonaws.com` },
            },
        },
    ];
}

/** What the storefront needs to be let in by its region's cache: IAM's word for one user of one cache. */
export function cacheStatements(
    access: Pick<TableAccess, "region" | "accountId">,
): readonly Statement[] {
    const arn = (resource: string): string =>
        `arn:aws:elasticache:${access.region}:${access.accountId}:${resource}`;
    return [
        {
            Sid: "ConnectToCache",
            Effect: "Allow",
            Action: "elasticache:Connect",
            Resource: [
                arn(`replicationgroup:${cacheIdOf(access.region)}`),
                arn(`user:${cacheUser}`),
            ],
        },
    ];
}

/** A table's key, through DynamoDB alone. */
export function openThroughDynamoDb(region: string, keyArn: pulumi.Input<string>): Statement {
    return {
        Sid: "OpenTable",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:DescribeKey"],
        Resource: keyArn,
        Condition: { StringEquals: { "kms:ViaService": `dynamodb.${region}.amazonaws.com` } },
    };
}

/** What ECS does before the container runs: pull the one image, open the one log. */
export function executionStatements(
    image: string,
    logGroupArn: pulumi.Input<string>,
): readonly Statement[] {
    const parsed = parseEcrImage(image);
    if (parsed === undefined) {
        throw new RangeError(
            `the image must be <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>, got ${image}`,
        );
    }
    return [
        {
            Sid: "LogInToEcr",
            Effect: "Allow",
            Action: "ecr:GetAuthorizationToken",
            // The action has no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
            Resource: "*",
        },
        {
            Sid: "PullImage",
            Effect: "Allow",
            Action: [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            Resource: `arn:aws:ecr:${parsed.region}:${parsed.accountId}:repository/${parsed.repository}`,
        },
        {
            Sid: "WriteLog",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${logGroupArn}:*`,
        },
    ];
}
