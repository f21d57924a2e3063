import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, flag, given, number, text } from "../support/known";
import { mostSecondaries, isSupportedRegion } from "./datastoreLimits";
import { engineOf, familyOf, newestOf } from "./engines";
import { groupProblems } from "./groupRules";
import { refuseSurroundings, type Settings } from "./groupSurroundings";
import { datastoreOf, datastoreWith, type Datastore } from "./members";
import { tokens } from "./tokens";

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
export const replicationGroupType: ResourceType = {
    type: tokens.replicationGroup,
    service: "elasticache",
    home: "regional",
    actions: {
        create: "CreateReplicationGroup",
        read: "DescribeReplicationGroups",
        update: "ModifyReplicationGroup",
        delete: "DeleteReplicationGroup",
    },
    inputs: [
        "applyImmediately",
        "atRestEncryptionEnabled",
        "authToken",
        "authTokenUpdateStrategy",
        "authTokenWo",
        "authTokenWoVersion",
        "autoMinorVersionUpgrade",
        "automaticFailoverEnabled",
        "clusterMode",
        "dataTieringEnabled",
        "description",
        "durability",
        "engine",
        "engineVersion",
        "finalSnapshotIdentifier",
        "globalReplicationGroupId",
        "ipDiscovery",
        "kmsKeyId",
        "logDeliveryConfigurations",
        "maintenanceWindow",
        "multiAzEnabled",
        "networkType",
        "nodeGroupConfigurations",
        "nodeType",
        "notificationTopicArn",
        "numCacheClusters",
        "numNodeGroups",
        "parameterGroupName",
        "port",
        "preferredCacheClusterAzs",
        "replicasPerNodeGroup",
        "replicationGroupId",
        "securityGroupIds",
        "securityGroupNames",
        "snapshotArns",
        "snapshotName",
        "snapshotRetentionLimit",
        "snapshotWindow",
        "subnetGroupName",
        "tags",
        "transitEncryptionEnabled",
        "transitEncryptionMode",
        "userGroupIds",
    ],
    required: ["description"],
    replaceOn: [
        "atRestEncryptionEnabled",
        "dataTieringEnabled",
        "globalReplicationGroupId",
        "kmsKeyId",
        "networkType",
        "port",
        "replicationGroupId",
        "securityGroupNames",
        "snapshotArns",
        "snapshotName",
        "subnetGroupName",
    ],
    autoname: { property: "replicationGroupId", maxLength: 40, lowercase: true },
    defaults: { automaticFailoverEnabled: false, multiAzEnabled: false },
    unordered: ["logDeliveryConfigurations", "securityGroupIds", "userGroupIds"],
    computed: [
        "arn",
        "clusterEnabled",
        "configurationEndpointAddress",
        "engineVersionActual",
        "memberClusters",
        "primaryEndpointAddress",
        "readerEndpointAddress",
    ],
    check: groupProblems,
    admit,
    compute: (inputs, context, current) => {
        const id = (text(inputs, "replicationGroupId") ?? "").toLowerCase();
        const nodes = number(inputs, "numCacheClusters") ?? 1;
        const datastore = joined(inputs, context);
        const host = (role: string): string =>
            `${role}.${id}.${accountCode(context)}.${regionCode(context.region)}.cache.amazonaws.com`;
        return {
            id,
            outputs: {
                applyImmediately: false,
                autoMinorVersionUpgrade: true,
                clusterEnabled: false,
                clusterMode: "disabled",
                configurationEndpointAddress: "",
                numNodeGroups: 1,
                port: 6379,
                snapshotRetentionLimit: 0,
                ...settingsOf(inputs, datastore),
                ...inputs,
                replicationGroupId: id,
                numCacheClusters: nodes,
                replicasPerNodeGroup: nodes - 1,
                arn: arn("elasticache", context, `replicationgroup:${id}`),
                engineVersionActual: `${settingsOf(inputs, datastore).engineVersion}.0`,
                memberClusters: Array.from(
                    { length: nodes },
                    (_, index) => `${id}-${String(index + 1).padStart(3, "0")}`,
                ),
                primaryEndpointAddress: text(current, "primaryEndpointAddress") ?? host("master"),
                readerEndpointAddress: text(current, "readerEndpointAddress") ?? host("replica"),
            },
        };
    },
    refuseDelete(outputs, context) {
        const id = text(outputs, "replicationGroupId") ?? "";
        const datastore = datastoreWith(context.store, context.region, id);
        if (datastore?.primary.region === context.region && datastore.primary.groupId === id) {
            throw new AwsError(
                "InvalidReplicationGroupState",
                `Replication group ${id} is the primary of global datastore ${datastore.id} and cannot be deleted; delete the datastore first, or make another member its primary.`,
            );
        }
    },
};

/** @throws AwsError in ElastiCache's words */
function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const id = (text(inputs, "replicationGroupId") ?? "").toLowerCase();
    const taken = context.store.get(tokens.replicationGroup, context.region, id);
    if (current === undefined && taken !== undefined) {
        throw new AwsError(
            "ReplicationGroupAlreadyExists",
            `Replication group ${id} already exists.`,
        );
    }
    const datastore = joined(inputs, context);
    if (text(inputs, "globalReplicationGroupId") !== undefined && current === undefined) {
        refuseJoining(inputs, datastore, context);
    }
    if (current !== undefined) {
        refuseOwnWay(inputs, current, context);
    }
    refuseSurroundings(inputs, settingsOf(inputs, datastore), context);
}

function joined(inputs: Props, context: TypeContext): Datastore | undefined {
    const id = text(inputs, "globalReplicationGroupId");
    return id === undefined ? undefined : datastoreOf(context.store, id);
}

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html */
function refuseJoining(
    inputs: Props,
    datastore: Datastore | undefined,
    context: TypeContext,
): void {
    if (datastore === undefined) {
        throw new AwsError(
            "GlobalReplicationGroupNotFoundFault",
            `Global Replication Group ${text(inputs, "globalReplicationGroupId")} does not exist`,
            404,
        );
    }
    const { primary, secondaries } = datastore;
    if (secondaries.length >= mostSecondaries) {
        throw new AwsError(
            "InvalidParameterValue",
            `A global datastore has at most ${mostSecondaries} secondary clusters; ${datastore.id} has them in ${secondaries.map(({ region }) => region).join(", ")}`,
        );
    }
    if ([primary, ...secondaries].some(({ region }) => region === context.region)) {
        throw new AwsError(
            "InvalidParameterValue",
            `Global datastore ${datastore.id} already has a cluster in ${context.region}`,
        );
    }
    if (!isSupportedRegion(context.region)) {
        throw new AwsError(
            "InvalidParameterValue",
            `Global Datastore is not available in ${context.region}`,
        );
    }
    const shards = Array.isArray(inputs.nodeGroupConfigurations)
        ? inputs.nodeGroupConfigurations.length
        : undefined;
    const wanted = number(primary.resource.outputs, "numNodeGroups") ?? 1;
    if (shards !== undefined && shards !== wanted) {
        throw new AwsError(
            "InvalidParameterValue",
            `All clusters of a global datastore have the same number of shards: ${datastore.id} has ${wanted}, got ${shards}`,
        );
    }
    if (
        flag(primary.resource.outputs, "automaticFailoverEnabled") === true &&
        (number(inputs, "numCacheClusters") ?? 1) < 2
    ) {
        throw new AwsError(
            "InvalidParameterCombination",
            `The primary of ${datastore.id} has automatic failover, which a secondary takes over: it needs at least 2 nodes`,
        );
    }
}

/** A member changes its size and version together with its datastore, or not at all. */
function refuseOwnWay(inputs: Props, current: Props, context: TypeContext): void {
    const id = text(current, "replicationGroupId") ?? "";
    const datastore = datastoreWith(context.store, context.region, id);
    // What the provider sends is what differs from what was said before.
    const before = {
        ...current,
        ...context.store.get(tokens.replicationGroup, context.region, id)?.inputs,
    };
    const changed = ["nodeType", "engineVersion"].find(
        (property) =>
            text(inputs, property) !== undefined && text(inputs, property) !== current[property],
    );
    if (datastore !== undefined && changed !== undefined) {
        throw new AwsError(
            "InvalidParameterCombination",
            `Replication group ${id} is part of global datastore ${datastore.id}; modify ${changed} of the global datastore`,
        );
    }
    const own = ["autoMinorVersionUpgrade", "automaticFailoverEnabled", "parameterGroupName"].find(
        (property) => given(inputs, property) && inputs[property] !== before[property],
    );
    if (datastore !== undefined && own !== undefined) {
        // https://github.com/hashicorp/terraform-provider-aws/issues/47644, /19929, /27875
        throw new AwsError(
            "InvalidParameterValue",
            `Cluster [${id}] is part of a global cluster [${datastore.id}]. Request rejected. (${own})`,
        );
    }
}

/** What the group runs: its own words, or those of its datastore's primary. */
function settingsOf(
    inputs: Props,
    datastore: Datastore | undefined,
): Settings & Readonly<Record<string, unknown>> {
    if (datastore !== undefined) {
        const of = datastore.primary.resource.outputs;
        const kept = ["atRestEncryptionEnabled", "nodeType", "transitEncryptionEnabled"];
        const { engine, engineVersion } = settingsOf(of, undefined);
        return {
            ...Object.fromEntries(kept.map((name) => [name, of[name]])),
            transitEncryptionMode: of["transitEncryptionMode"],
            engine,
            engineVersion,
            // AWS makes a group of the datastore's own parameters in every region.
            parameterGroupName: `global-datastore-${datastore.id}`,
        };
    }
    const engine = engineOf(text(inputs, "engine"));
    const engineVersion = text(inputs, "engineVersion") ?? newestOf(engine);
    const encrypted = flag(inputs, "transitEncryptionEnabled") === true;
    return {
        engine,
        engineVersion,
        parameterGroupName: `default.${familyOf(engine, engineVersion)}`,
        atRestEncryptionEnabled: engine === "valkey",
        transitEncryptionEnabled: false,
        ...(encrypted ? { transitEncryptionMode: "required" } : {}),
    };
}

/** The part of an endpoint's name that is the account's own in a region. */
function accountCode(context: TypeContext): string {
    const digits = [...`${context.accountId}${context.region}`].reduce(
        (sum, character) => (sum * 31 + character.charCodeAt(0)) % 36 ** 6,
        7,
    );
    return digits.toString(36).padStart(6, "0");
}

/** Such as `use1` for us-east-1 and `aps1` for ap-south-1. */
function regionCode(region: string): string {
    const [area = "", direction = "", number = ""] = region.split("-");
    const short = /^(north|south)(east|west)$/.exec(direction);
    return `${area}${short === null ? direction.charAt(0) : `${direction.charAt(0)}${short[2]?.charAt(0)}`}${number}`;
}
