import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { given, number, text } from "../support/known";
import { Problems } from "../support/problems";
import { isSupportedRegion, leastRedisVersion, nodeTypeProblem } from "./datastoreLimits";
import { atLeast, engineOf, engines, familyOf, versionsOf } from "./engines";
import { datastoreOf, datastoreWith, keptRole } from "./members";
import { checkIdentifier } from "./names";
import { tokens } from "./tokens";

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateGlobalReplicationGroup.html */
export const globalReplicationGroupType: ResourceType = {
    type: tokens.globalReplicationGroup,
    service: "elasticache",
    home: "regional",
    actions: {
        create: "CreateGlobalReplicationGroup",
        read: "DescribeGlobalReplicationGroups",
        update: "ModifyGlobalReplicationGroup",
        delete: "DeleteGlobalReplicationGroup",
    },
    inputs: [
        "automaticFailoverEnabled",
        "cacheNodeType",
        "engine",
        "engineVersion",
        "globalReplicationGroupDescription",
        "globalReplicationGroupIdSuffix",
        "numNodeGroups",
        "parameterGroupName",
        "primaryReplicationGroupId",
    ],
    required: ["globalReplicationGroupIdSuffix", "primaryReplicationGroupId"],
    replaceOn: ["globalReplicationGroupIdSuffix", "primaryReplicationGroupId"],
    computed: [
        "arn",
        "atRestEncryptionEnabled",
        "authTokenEnabled",
        "clusterEnabled",
        "engineVersionActual",
        "globalNodeGroups",
        "globalReplicationGroupId",
        "transitEncryptionEnabled",
    ],

    check(inputs) {
        const problems = new Problems();
        checkIdentifier(problems, inputs, "globalReplicationGroupIdSuffix", 63);
        problems.oneOf(inputs, "engine", engines);
        const engine = engineOf(text(inputs, "engine"));
        const version = text(inputs, "engineVersion");
        if (version !== undefined && familyOf(engine, version) === undefined) {
            problems.add(
                "engineVersion",
                `must be a version of ${engine}: ${versionsOf(engine).join(", ")}, got "${version}"`,
            );
        }
        const nodeType = text(inputs, "cacheNodeType");
        const problem = nodeType === undefined ? undefined : nodeTypeProblem(nodeType);
        if (problem !== undefined) {
            problems.add("cacheNodeType", problem);
        }
        if (given(inputs, "parameterGroupName") && !given(inputs, "engineVersion")) {
            problems.add(
                "parameterGroupName",
                "cannot change parameter group name without upgrading major engine version",
            );
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const primary = primaryOf(inputs, context);
        if (current === undefined) {
            refusePrimary(primary.id, primary.outputs, context);
        }
        const before = text(current, "engineVersion");
        const wanted = text(inputs, "engineVersion");
        if (before !== undefined && wanted !== undefined && !atLeast(wanted, before)) {
            throw new AwsError(
                "InvalidParameterValue",
                `Downgrading the engine version of a global datastore is not possible, from ${before} to ${wanted}`,
            );
        }
        const shards = number(inputs, "numNodeGroups");
        const actual = number(primary.outputs, "numNodeGroups") ?? 1;
        if (shards !== undefined && shards !== actual) {
            throw new AwsError(
                "InvalidParameterValue",
                `Global datastore without cluster mode has ${actual} node group, got ${shards}`,
            );
        }
    },

    compute(inputs, context, current) {
        const { outputs: of } = primaryOf(inputs, context);
        const id = `${regionPrefix(context.region)}-${text(inputs, "globalReplicationGroupIdSuffix")}`;
        return {
            id,
            outputs: {
                automaticFailoverEnabled: of["automaticFailoverEnabled"],
                cacheNodeType: of["nodeType"],
                engine: of["engine"],
                engineVersion: of["engineVersion"],
                numNodeGroups: of["numNodeGroups"],
                ...inputs,
                ...keptRole(current),
                arn: `arn:aws:elasticache::${context.accountId}:globalreplicationgroup:${id}`,
                atRestEncryptionEnabled: of["atRestEncryptionEnabled"],
                authTokenEnabled: given(of, "authToken"),
                clusterEnabled: false,
                engineVersionActual: of["engineVersionActual"],
                globalNodeGroups: [{ globalNodeGroupId: `${id}-0001`, slots: "0-16383" }],
                globalReplicationGroupId: id,
                transitEncryptionEnabled: of["transitEncryptionEnabled"],
            },
        };
    },

    refuseDelete(outputs, context) {
        const id = text(outputs, "globalReplicationGroupId") ?? "";
        const secondaries = datastoreOf(context.store, id)?.secondaries ?? [];
        if (secondaries.length > 0) {
            throw new AwsError(
                "InvalidGlobalReplicationGroupState",
                `Global datastore ${id} still has secondary clusters in ${secondaries.map(({ region }) => region).join(", ")}; remove them first`,
            );
        }
    },
};

/** @throws AwsError ReplicationGroupNotFoundFault */
function primaryOf(inputs: Props, context: TypeContext): { id: string; outputs: Props } {
    const id = text(inputs, "primaryReplicationGroupId") ?? "";
    const group = context.store.get(tokens.replicationGroup, context.region, id);
    if (group === undefined) {
        throw new AwsError(
            "ReplicationGroupNotFoundFault",
            `Replication Group ${id} does not exist in ${context.region}`,
            404,
        );
    }
    return group;
}

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html */
function refusePrimary(id: string, outputs: Props, context: TypeContext): void {
    const other = datastoreWith(context.store, context.region, id);
    if (other !== undefined) {
        throw new AwsError(
            "InvalidReplicationGroupState",
            `Replication group ${id} is part of global datastore ${other.id} already`,
        );
    }
    const problem = nodeTypeProblem(text(outputs, "nodeType") ?? "");
    if (problem !== undefined) {
        throw new AwsError("InvalidParameterValue", problem);
    }
    const version = text(outputs, "engineVersion") ?? "";
    if (text(outputs, "engine") === "redis" && !atLeast(version, leastRedisVersion)) {
        throw new AwsError(
            "InvalidParameterValue",
            `Global Datastore needs Redis OSS ${leastRedisVersion} or above, got ${version}`,
        );
    }
    if (!isSupportedRegion(context.region)) {
        throw new AwsError(
            "InvalidParameterValue",
            `Global Datastore is not available in ${context.region}`,
        );
    }
    if (text(outputs, "networkType") === "ipv6") {
        throw new AwsError("InvalidParameterValue", "Global Datastore does not support IPv6");
    }
}

/** Every region puts five letters of its own before a datastore's name, so that names are unique in the world. */
function regionPrefix(region: string): string {
    let seed = [...region].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 17);
    let prefix = "";
    for (let letter = 0; letter < 5; letter++) {
        prefix += String.fromCharCode(97 + (seed % 26));
        seed = Math.floor(seed / 26);
    }
    return prefix;
}
