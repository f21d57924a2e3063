import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, byId, flag, given, isOther, number, text, texts } from "../support/known";
import { findKey } from "../support/keys";
import { zonesOf } from "../support/zones";
import { clusterParameterGroupType } from "./clusterParameterGroup";
import { clusterProblems } from "./clusterRules";
import { refuseMembership } from "./membership";
import {
    clusterType,
    findGlobalCluster,
    inRole,
    instancesOf,
    membersOf,
    writerOf,
} from "./members";
import { majorOf } from "./names";
import { subnetGroupType } from "./subnetGroup";

function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const id = text(inputs, "clusterIdentifier") ?? "";
    const namesake = byId(context, clusterType, id);
    if (namesake !== undefined && isOther(namesake, current)) {
        throw new AwsError("DBClusterAlreadyExistsFault", `DB Cluster already exists: ${id}`);
    }
    refusePlace(inputs, context);
    refuseParameterGroup(inputs, context);
    const key = text(inputs, "kmsKeyId");
    if (key !== undefined && findKey(key, context) === undefined) {
        throw new AwsError(
            "KMSKeyNotAccessibleFault",
            `The specified KMS key [${key}] does not exist, is not enabled or you do not have permissions to access it in ${context.region}.`,
        );
    }
    refuseMembership(inputs, context, current);
}

/** Subnets and security groups of the region, in one VPC. */
function refusePlace(inputs: Props, context: TypeContext): void {
    const groupName = text(inputs, "dbSubnetGroupName");
    const group =
        groupName === undefined ? undefined : byId(context, subnetGroupType, groupName)?.outputs;
    if (groupName !== undefined && group === undefined) {
        throw new AwsError(
            "DBSubnetGroupNotFoundFault",
            `DB subnet group '${groupName}' does not exist.`,
            404,
        );
    }
    for (const groupId of texts(inputs, "vpcSecurityGroupIds")) {
        const securityGroup = byId(context, "aws:ec2/securityGroup:SecurityGroup", groupId);
        if (securityGroup === undefined) {
            throw new AwsError(
                "InvalidParameterValue",
                `Invalid security group, groupId= ${groupId}`,
            );
        }
        if (group !== undefined && text(securityGroup.outputs, "vpcId") !== text(group, "vpcId")) {
            throw new AwsError(
                "InvalidVPCNetworkStateFault",
                `The DB instance and EC2 security group are in different VPCs. The DB instance is in ${text(group, "vpcId")} and the EC2 security group is in ${text(securityGroup.outputs, "vpcId")}`,
            );
        }
    }
}

function refuseParameterGroup(inputs: Props, context: TypeContext): void {
    const name = text(inputs, "dbClusterParameterGroupName");
    if (name === undefined) {
        return;
    }
    const group = byId(context, clusterParameterGroupType, name)?.outputs;
    if (group === undefined) {
        throw new AwsError(
            "DBClusterParameterGroupNotFound",
            `DBClusterParameterGroup not found: ${name}`,
            404,
        );
    }
    const family = text(group, "family") ?? "";
    const version = text(inputs, "engineVersion");
    if (version !== undefined && family !== `${text(inputs, "engine")}${majorOf(version)}`) {
        throw new AwsError(
            "InvalidParameterCombination",
            `The Parameter Group ${name} with DBParameterGroupFamily ${family} cannot be used for this instance. Please use a Parameter Group with DBParameterGroupFamily ${text(inputs, "engine")}${majorOf(version)}`,
        );
    }
}

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html */
function refuseDelete(outputs: Props, context: TypeContext): void {
    const id = text(outputs, "clusterIdentifier") ?? "";
    if (flag(outputs, "deletionProtection") === true) {
        throw new AwsError(
            "InvalidParameterCombination",
            "Cannot delete protected Cluster, please disable deletion protection and try again.",
        );
    }
    const own = byId(context, clusterType, id);
    if (own !== undefined && instancesOf(context.store, own).length > 0) {
        throw new AwsError(
            "InvalidDBClusterStateFault",
            "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
        );
    }
    const globalId = text(own?.outputs, "globalClusterIdentifier") ?? "";
    const members = membersOf(context.store, globalId);
    if (
        own !== undefined &&
        members.length > 1 &&
        writerOf(context.store, globalId)?.region === own.region
    ) {
        throw new AwsError(
            "InvalidGlobalClusterStateFault",
            `${id} is the primary cluster of ${globalId}, which still has secondary clusters; remove them or switch over first`,
        );
    }
    if (flag(outputs, "skipFinalSnapshot") !== true && !given(outputs, "finalSnapshotIdentifier")) {
        throw new AwsError(
            "InvalidParameterCombination",
            "FinalSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
        );
    }
}

export const cluster: ResourceType = {
    type: clusterType,
    service: "rds",
    home: "regional",
    actions: {
        create: "CreateDBCluster",
        read: "DescribeDBClusters",
        update: "ModifyDBCluster",
        delete: "DeleteDBCluster",
    },
    inputs: [
        "allocatedStorage",
        "allowMajorVersionUpgrade",
        "applyImmediately",
        "autoMinorVersionUpgrade",
        "availabilityZones",
        "backtrackWindow",
        "backupRetentionPeriod",
        "caCertificateIdentifier",
        "clusterIdentifier",
        "clusterIdentifierPrefix",
        "clusterMembers",
        "clusterScalabilityType",
        "copyTagsToSnapshot",
        "databaseInsightsMode",
        "databaseName",
        "dbClusterInstanceClass",
        "dbClusterParameterGroupName",
        "dbInstanceParameterGroupName",
        "dbSubnetGroupName",
        "dbSystemId",
        "deleteAutomatedBackups",
        "deletionProtection",
        "domain",
        "domainIamRoleName",
        "enableGlobalWriteForwarding",
        "enableHttpEndpoint",
        "enableLocalWriteForwarding",
        "enabledCloudwatchLogsExports",
        "engine",
        "engineLifecycleSupport",
        "engineMode",
        "engineVersion",
        "finalSnapshotIdentifier",
        "globalClusterIdentifier",
        "iamDatabaseAuthenticationEnabled",
        "iamRoles",
        "iops",
        "kmsKeyId",
        "manageMasterUserPassword",
        "masterPassword",
        "masterPasswordWo",
        "masterPasswordWoVersion",
        "masterUserSecretKmsKeyId",
        "masterUsername",
        "monitoringInterval",
        "monitoringRoleArn",
        "networkType",
        "performanceInsightsEnabled",
        "performanceInsightsKmsKeyId",
        "performanceInsightsRetentionPeriod",
        "port",
        "preferredBackupWindow",
        "preferredMaintenanceWindow",
        "replicationSourceIdentifier",
        "restoreToPointInTime",
        "s3Import",
        "scalingConfiguration",
        "serverlessv2ScalingConfiguration",
        "skipFinalSnapshot",
        "snapshotIdentifier",
        "sourceRegion",
        "storageEncrypted",
        "storageType",
        "tags",
        "vpcSecurityGroupIds",
        "warningEventCategories",
    ],
    required: ["engine"],
    replaceOn: [
        "availabilityZones",
        "clusterIdentifier",
        "clusterIdentifierPrefix",
        "databaseName",
        "dbSubnetGroupName",
        "dbSystemId",
        "engine",
        "engineMode",
        "kmsKeyId",
        "masterUsername",
        "port",
        "restoreToPointInTime",
        "s3Import",
        "snapshotIdentifier",
        "sourceRegion",
        "storageEncrypted",
    ],
    autoname: { property: "clusterIdentifier", maxLength: 63, lowercase: true },
    unordered: ["enabledCloudwatchLogsExports", "iamRoles", "vpcSecurityGroupIds"],
    computed: [
        "arn",
        "caCertificateValidTill",
        "clusterResourceId",
        "endpoint",
        "engineVersionActual",
        "hostedZoneId",
        "masterUserSecrets",
        "readerEndpoint",
        "upgradeRolloutOrder",
    ],
    check: clusterProblems,
    admit,
    compute: (inputs, context, current) => {
        const id = text(inputs, "clusterIdentifier") ?? "";
        const globalId = text(inputs, "globalClusterIdentifier") ?? "";
        const source = current === undefined ? writerOf(context.store, globalId) : undefined;
        const suffix = context.unique(12);
        const of = { ...source?.outputs, ...globalEngine(context, globalId) };
        const outputs = {
            availabilityZones: zonesOf(context.region).slice(0, 3),
            backupRetentionPeriod: 1,
            copyTagsToSnapshot: false,
            deletionProtection: false,
            engineMode: "provisioned",
            engineVersion: text(of, "engineVersion") ?? "",
            iamDatabaseAuthenticationEnabled: false,
            masterUsername: text(source?.outputs, "masterUsername") ?? "",
            databaseName: text(source?.outputs, "databaseName") ?? "",
            networkType: "IPV4",
            port: text(inputs, "engine") === "aurora-mysql" ? 3306 : 5432,
            storageEncrypted: false,
            ...inputs,
            arn: arn("rds", context, `cluster:${id}`),
            caCertificateValidTill: "",
            clusterResourceId:
                text(current, "clusterResourceId") ?? `cluster-${context.unique(26).toUpperCase()}`,
            engineVersionActual: text(inputs, "engineVersion") ?? text(of, "engineVersion") ?? "",
            globalClusterIdentifier: text(current, "globalClusterIdentifier") ?? globalId,
            hostedZoneId: "Z1TTGA775OQIYO",
            masterPasswordWo: null,
            masterUserSecrets: [],
            readerEndpoint:
                text(current, "readerEndpoint") ??
                `${id}.cluster-ro-${suffix}.${context.region}.rds.amazonaws.com`,
            upgradeRolloutOrder: "second",
        };
        // Roles are AWS's to change: what a switchover made of it stays through an update.
        const sourceArn =
            text(current, "replicationSourceIdentifier") ?? text(source?.outputs, "arn") ?? "";
        return { id, outputs: inRole(outputs, sourceArn) };
    },
    refuseDelete,
};

/** A member has its global cluster's version unless it says otherwise. */
function globalEngine(context: TypeContext, globalId: string): Props {
    const version = text(findGlobalCluster(context.store, globalId)?.outputs, "engineVersion");
    return version === undefined ? {} : { engineVersion: version };
}

/** Port of a cluster's endpoints. */
export function portOf(outputs: Props): number {
    return number(outputs, "port") ?? 5432;
}
