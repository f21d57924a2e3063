import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { tokens as ec2 } from "../ec2/tokens";
import type { TypeContext } from "../resourceType";
import { byId, flag, records, text, texts } from "../support/known";
import { findKey } from "../support/keys";
import { policyAllows } from "../support/policyDocument";
import { atLeast, type Engine, familyOf } from "./engines";
import { tokens } from "./tokens";

/** Settings of a replication group, its own or those of its global datastore. */
export interface Settings {
    readonly engine: Engine;
    readonly engineVersion: string;
}

/** Refuses what a group names and its region does not have. @throws AwsError */
export function refuseSurroundings(inputs: Props, settings: Settings, context: TypeContext): void {
    refuseNetwork(inputs, context);
    refuseParameters(inputs, settings, context);
    refuseUsers(inputs, settings, context);
    refuseKey(inputs, context);
    refuseLogs(inputs, context);
}

function refuseNetwork(inputs: Props, context: TypeContext): void {
    const name = text(inputs, "subnetGroupName") ?? "default";
    const group = byId(context, tokens.subnetGroup, name);
    if (group === undefined) {
        throw new AwsError(
            "CacheSubnetGroupNotFoundFault",
            `Cache Subnet Group ${name} does not exist.`,
        );
    }
    const zones = new Set(
        texts(group.outputs, "subnetIds").map((id) =>
            text(byId(context, ec2.subnet, id)?.outputs, "availabilityZone"),
        ),
    );
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
    if (flag(inputs, "multiAzEnabled") === true && zones.size < 2) {
        throw new AwsError(
            "InvalidParameterValue",
            `Multi-AZ needs subnets in at least 2 Availability Zones, cache subnet group ${name} has ${zones.size}.`,
        );
    }
    for (const id of texts(inputs, "securityGroupIds")) {
        const security = byId(context, ec2.securityGroup, id);
        if (text(security?.outputs, "vpcId") !== text(group.outputs, "vpcId")) {
            throw new AwsError(
                "InvalidParameterValue",
                `Security group ${id} is not in the VPC of cache subnet group ${name}.`,
            );
        }
    }
}

function refuseParameters(inputs: Props, settings: Settings, context: TypeContext): void {
    const name = text(inputs, "parameterGroupName");
    if (name === undefined || name.startsWith("default.")) {
        return;
    }
    const group = byId(context, tokens.parameterGroup, name);
    if (group === undefined) {
        throw new AwsError(
            "CacheParameterGroupNotFound",
            `CacheParameterGroup not found: ${name}`,
            404,
        );
    }
    const wanted = familyOf(settings.engine, settings.engineVersion);
    const family = text(group.outputs, "family");
    if (wanted !== undefined && family !== wanted) {
        throw new AwsError(
            "InvalidParameterCombination",
            `Expected a parameter group of family ${wanted} but found one of family ${family}`,
        );
    }
}

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html#auth-iam-limits */
function refuseUsers(inputs: Props, settings: Settings, context: TypeContext): void {
    for (const id of texts(inputs, "userGroupIds")) {
        const group = byId(context, tokens.userGroup, id);
        if (group === undefined) {
            throw new AwsError("UserGroupNotFoundFault", `User Group ${id} not found.`, 404);
        }
        const users = texts(group.outputs, "userIds").map((user) =>
            byId(context, tokens.user, user),
        );
        const byIam = users.some(
            (user) =>
                (user?.outputs["authenticationMode"] as Props | undefined)?.["type"] === "iam",
        );
        const { engine, engineVersion } = settings;
        if (!atLeast(engineVersion, "6.0")) {
            throw new AwsError(
                "InvalidParameterCombination",
                `User groups need engine version 6.0 or above, got ${engineVersion}.`,
            );
        }
        if (byIam && engine === "redis" && !atLeast(engineVersion, "7.0")) {
            throw new AwsError(
                "InvalidParameterCombination",
                `IAM authentication needs Redis OSS 7.0 or above, got ${engineVersion}.`,
            );
        }
    }
}

/** The key must be of the region, and its policy must let ElastiCache use it for the account. */
function refuseKey(inputs: Props, context: TypeContext): void {
    const reference = text(inputs, "kmsKeyId");
    if (reference === undefined) {
        return;
    }
    const key = findKey(reference, context);
    if (key === undefined) {
        throw new AwsError(
            "InvalidKMSKeyFault",
            `The specified KMS key ${reference} does not exist in ${context.region}.`,
        );
    }
    if (key === "managed by AWS") {
        return;
    }
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html#using-customer-managed-keys-for-elasticache-security
    const allowed = ["kms:CreateGrant", "kms:DescribeKey"].every((action) =>
        policyAllows(text(key.outputs, "policy") ?? "", {
            principal: { arn: `arn:aws:iam::${context.accountId}:root` },
            action,
            resource: reference,
            context: {
                "kms:ViaService": `elasticache.${context.region}.amazonaws.com`,
                "kms:CallerAccount": context.accountId,
                "kms:GrantIsForAWSResource": "true",
            },
        }),
    );
    if (!allowed) {
        throw new AwsError(
            "InvalidKMSKeyFault",
            `The specified KMS key ${reference} cannot be used by ElastiCache; its policy must allow kms:CreateGrant through elasticache.${context.region}.amazonaws.com.`,
        );
    }
}

function refuseLogs(inputs: Props, context: TypeContext): void {
    for (const log of records(inputs, "logDeliveryConfigurations")) {
        const destination = text(log, "destination") ?? "";
        if (
            text(log, "destinationType") === "cloudwatch-logs" &&
            byId(context, "aws:cloudwatch/logGroup:LogGroup", destination) === undefined
        ) {
            throw new AwsError(
                "InvalidParameterValue",
                `The log group ${destination} does not exist in ${context.region}.`,
            );
        }
    }
}
