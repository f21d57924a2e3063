import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { arn, byArn, byId, flag, given, isOther, number, text } from "../support/known";
import { findKey } from "../support/keys";
import { Problems } from "../support/problems";
import { clusterType, instancesOf, instanceType, isSecondary, membersOf } from "./members";
import { backupWindow, engines, identifier, identifierRule, maintenanceWindow } from "./names";

/** One writer and 15 readers: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Replication.html */
const mostInstances = 16;

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(inputs, "identifier", identifier, identifierRule);
    problems.oneOf(inputs, "engine", engines);
    problems.matches(
        inputs,
        "instanceClass",
        /^db\.([a-z0-9-]+\.[a-z0-9]+|serverless)$/,
        "must be a DB instance class such as db.r6g.large",
    );
    problems.range(inputs, "promotionTier", 0, 15);
    problems.matches(inputs, "preferredBackupWindow", backupWindow, "must be hh24:mi-hh24:mi");
    problems.matches(
        inputs,
        "preferredMaintenanceWindow",
        maintenanceWindow,
        "must be ddd:hh24:mi-ddd:hh24:mi",
    );
    const interval = number(inputs, "monitoringInterval");
    if (interval !== undefined && ![0, 1, 5, 10, 15, 30, 60].includes(interval)) {
        problems.add(
            "monitoringInterval",
            `must be one of 0, 1, 5, 10, 15, 30, 60, got ${interval}`,
        );
    }
    if ((interval ?? 0) > 0 && !given(inputs, "monitoringRoleArn")) {
        problems.add(
            "monitoringRoleArn",
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
        );
    }
    if (
        given(inputs, "performanceInsightsKmsKeyId") &&
        flag(inputs, "performanceInsightsEnabled") !== true
    ) {
        problems.add(
            "performanceInsightsKmsKeyId",
            "InvalidParameterCombination: Performance Insights must be enabled for its key to be set",
        );
    }
    return problems.found;
}

function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const name = text(inputs, "identifier") ?? "";
    const namesake = byId(context, instanceType, name);
    if (namesake !== undefined && isOther(namesake, current)) {
        throw new AwsError("DBInstanceAlreadyExists", `DB instance already exists: ${name}`);
    }
    const clusterId = text(inputs, "clusterIdentifier") ?? "";
    const cluster = byId(context, clusterType, clusterId);
    if (cluster === undefined) {
        throw new AwsError(
            "DBClusterNotFoundFault",
            `DBCluster ${clusterId} not found in ${context.region}`,
            404,
        );
    }
    refuseEngine(inputs, cluster);
    refuseClass(inputs, cluster, context);
    if (current === undefined && instancesOf(context.store, cluster).length >= mostInstances) {
        throw new AwsError(
            "InstanceQuotaExceeded",
            `a DB cluster has at most ${mostInstances} DB instances: ${clusterId}`,
        );
    }
    const key = text(inputs, "performanceInsightsKmsKeyId");
    if (key !== undefined && findKey(key, context) === undefined) {
        throw new AwsError(
            "KMSKeyNotAccessibleFault",
            `The specified KMS key [${key}] does not exist, is not enabled or you do not have permissions to access it in ${context.region}.`,
        );
    }
    const role = text(inputs, "monitoringRoleArn");
    if (role !== undefined && byArn(context, "aws:iam/role:Role", role) === undefined) {
        throw new AwsError(
            "InvalidParameterValue",
            `The IAM role does not exist or cannot be assumed by monitoring.rds.amazonaws.com: ${role}`,
        );
    }
}

function refuseEngine(inputs: Props, cluster: StoredResource): void {
    const engine = text(inputs, "engine");
    const own = text(cluster.outputs, "engine");
    if (engine !== own) {
        throw new AwsError(
            "InvalidParameterCombination",
            `The engine name requested for your DB instance (${engine}) doesn't match the engine name of your DB cluster (${own}).`,
        );
    }
}

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-getting-started.html: no burstable classes. */
function refuseClass(inputs: Props, cluster: StoredResource, context: TypeContext): void {
    const globalId = text(cluster.outputs, "globalClusterIdentifier") ?? "";
    const instanceClass = text(inputs, "instanceClass") ?? "";
    if (membersOf(context.store, globalId).length > 0 && /^db\.t\d/.test(instanceClass)) {
        throw new AwsError(
            "InvalidParameterCombination",
            `RDS does not support creating a DB instance with DBInstanceClass=${instanceClass} in a cluster of a global database; use a memory-optimised class`,
        );
    }
}

export const clusterInstance: ResourceType = {
    type: instanceType,
    service: "rds",
    home: "regional",
    actions: {
        create: "CreateDBInstance",
        read: "DescribeDBInstances",
        update: "ModifyDBInstance",
        delete: "DeleteDBInstance",
    },
    inputs: [
        "applyImmediately",
        "autoMinorVersionUpgrade",
        "availabilityZone",
        "caCertIdentifier",
        "clusterIdentifier",
        "copyTagsToSnapshot",
        "customIamInstanceProfile",
        "dbParameterGroupName",
        "dbSubnetGroupName",
        "engine",
        "engineVersion",
        "forceDestroy",
        "identifier",
        "identifierPrefix",
        "instanceClass",
        "monitoringInterval",
        "monitoringRoleArn",
        "performanceInsightsEnabled",
        "performanceInsightsKmsKeyId",
        "performanceInsightsRetentionPeriod",
        "preferredBackupWindow",
        "preferredMaintenanceWindow",
        "promotionTier",
        "publiclyAccessible",
        "tags",
        "warningEventCategories",
    ],
    required: ["clusterIdentifier", "engine", "instanceClass"],
    replaceOn: [
        "availabilityZone",
        "clusterIdentifier",
        "customIamInstanceProfile",
        "dbSubnetGroupName",
        "engine",
        "identifier",
        "identifierPrefix",
    ],
    autoname: { property: "identifier", maxLength: 63, lowercase: true },
    computed: [
        "arn",
        "dbiResourceId",
        "endpoint",
        "engineVersionActual",
        "kmsKeyId",
        "networkType",
        "port",
        "storageEncrypted",
        "writer",
    ],
    check,
    admit,
    compute: (inputs, context, current) => {
        const id = text(inputs, "identifier") ?? "";
        const cluster = byId(context, clusterType, text(inputs, "clusterIdentifier") ?? "");
        const of = cluster?.outputs;
        const first =
            cluster === undefined ||
            instancesOf(context.store, cluster).every((other) => other.id === id);
        return {
            id,
            outputs: {
                autoMinorVersionUpgrade: true,
                copyTagsToSnapshot: false,
                monitoringInterval: 0,
                performanceInsightsEnabled: false,
                promotionTier: 0,
                publiclyAccessible: false,
                engineVersion: text(of, "engineVersion") ?? "",
                dbSubnetGroupName: text(of, "dbSubnetGroupName") ?? "",
                ...inputs,
                arn: arn("rds", context, `db:${id}`),
                dbiResourceId:
                    text(current, "dbiResourceId") ?? `db-${context.unique(26).toUpperCase()}`,
                endpoint:
                    text(current, "endpoint") ??
                    `${id}.${context.unique(12)}.${context.region}.rds.amazonaws.com`,
                engineVersionActual: text(of, "engineVersion") ?? "",
                kmsKeyId: text(of, "kmsKeyId") ?? "",
                networkType: "IPV4",
                port: number(of, "port") ?? 5432,
                storageEncrypted: flag(of, "storageEncrypted") ?? false,
                writer: flag(current, "writer") ?? (first && of !== undefined && !isSecondary(of)),
            },
        };
    },
};
