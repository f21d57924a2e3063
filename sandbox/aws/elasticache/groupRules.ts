import type { Props } from "../../world/store";
import type { Problem } from "../resourceType";
import { flag, given, items, number, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { engineOf, engines, familyOf, versionsOf } from "./engines";
import { checkIdentifier } from "./names";

/** What a member takes from its global datastore and may not say itself (the provider's own `ConflictsWith`). */
const inherited = [
    "atRestEncryptionEnabled",
    "engine",
    "engineVersion",
    "nodeType",
    "numNodeGroups",
    "parameterGroupName",
    "securityGroupNames",
    "snapshotArns",
    "snapshotName",
    "transitEncryptionEnabled",
    "transitEncryptionMode",
];

/** Most nodes of a group without cluster mode: a primary and five replicas. */
const mostNodes = 6;

/**
 * What AWS, or the provider before it, says of a replication group's inputs alone.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
 */
export function groupProblems(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    checkIdentifier(problems, inputs, "replicationGroupId", 40);
    if (text(inputs, "description") === "") {
        problems.add("description", "must not be empty");
    }
    problems.range(inputs, "snapshotRetentionLimit", 0, 35);
    problems.range(inputs, "port", 1, 65_535);
    problems.range(inputs, "numCacheClusters", 1, mostNodes);
    problems.range(inputs, "replicasPerNodeGroup", 0, mostNodes - 1);
    problems.oneOf(inputs, "clusterMode", ["compatible", "disabled", "enabled"]);
    problems.oneOf(inputs, "transitEncryptionMode", ["preferred", "required"]);
    problems.oneOf(inputs, "networkType", ["dual_stack", "ipv4", "ipv6"]);
    checkEngine(inputs, problems);
    checkAvailability(inputs, problems);
    checkEncryption(inputs, problems);
    checkAuthentication(inputs, problems);
    checkLogs(inputs, problems);
    if (given(inputs, "globalReplicationGroupId")) {
        for (const property of inherited.filter((name) => given(inputs, name))) {
            problems.add(
                property,
                "conflicts with globalReplicationGroupId: a secondary takes it from its global datastore",
            );
        }
    } else if (!given(inputs, "nodeType")) {
        problems.add("nodeType", "required unless globalReplicationGroupId is set");
    }
    return problems.found;
}

function checkEngine(inputs: Props, problems: Problems): void {
    problems.oneOf(inputs, "engine", engines);
    problems.matches(inputs, "nodeType", /^cache\.[a-z0-9]+\.[a-z0-9]+$/, "must be a node type");
    const engine = engineOf(text(inputs, "engine"));
    const version = text(inputs, "engineVersion");
    if (version !== undefined && familyOf(engine, version) === undefined) {
        problems.add(
            "engineVersion",
            `must be a version of ${engine}: ${versionsOf(engine).join(", ")}, got "${version}"`,
        );
    }
}

function checkAvailability(inputs: Props, problems: Problems): void {
    const nodes = number(inputs, "numCacheClusters");
    const automatic = flag(inputs, "automaticFailoverEnabled") === true;
    if (flag(inputs, "multiAzEnabled") === true && !automatic) {
        problems.add("multiAzEnabled", "requires automaticFailoverEnabled");
    }
    const shards = given(inputs, "numNodeGroups") || given(inputs, "replicasPerNodeGroup");
    if (automatic && !shards && (nodes ?? (given(inputs, "numCacheClusters") ? 2 : 1)) < 2) {
        problems.add(
            "numCacheClusters",
            `must be at least 2 when automaticFailoverEnabled is true, got ${nodes ?? 1}`,
        );
    }
    if (given(inputs, "numCacheClusters") && shards) {
        problems.add("numCacheClusters", "conflicts with numNodeGroups and replicasPerNodeGroup");
    }
    const zones = items(inputs, "preferredCacheClusterAzs");
    if (nodes !== undefined && zones.length > 0 && zones.length !== nodes) {
        problems.add(
            "preferredCacheClusterAzs",
            `must name a zone for each of the ${nodes} nodes, got ${zones.length}`,
        );
    }
}

function checkEncryption(inputs: Props, problems: Problems): void {
    if (
        given(inputs, "kmsKeyId") &&
        !given(inputs, "globalReplicationGroupId") &&
        flag(inputs, "atRestEncryptionEnabled") !== true &&
        !(
            engineOf(text(inputs, "engine")) === "valkey" &&
            !given(inputs, "atRestEncryptionEnabled")
        )
    ) {
        problems.add("kmsKeyId", "requires atRestEncryptionEnabled");
    }
    problems.matches(
        inputs,
        "kmsKeyId",
        /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/.+$/,
        "must be the ARN of a key",
    );
}

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html */
function checkAuthentication(inputs: Props, problems: Problems): void {
    const member = given(inputs, "globalReplicationGroupId");
    const encrypted = flag(inputs, "transitEncryptionEnabled") === true || member;
    const token = text(inputs, "authToken");
    if (given(inputs, "authToken") && !encrypted) {
        problems.add("authToken", "requires transitEncryptionEnabled");
    }
    if (token !== undefined && !/^[\x21-\x7e]{16,128}$/.test(token.replace(/[@"/]/g, "\0"))) {
        problems.add(
            "authToken",
            'must have 16 to 128 printable characters without space, @, " and /',
        );
    }
    const groups = items(inputs, "userGroupIds");
    if (groups.length > 0 && !encrypted) {
        problems.add("userGroupIds", "requires transitEncryptionEnabled");
    }
    if (groups.length > 1) {
        problems.add("userGroupIds", `at most one user group is allowed, got ${groups.length}`);
    }
    if (groups.length > 0 && given(inputs, "authToken")) {
        problems.add("userGroupIds", "conflicts with authToken");
    }
}

function checkLogs(inputs: Props, problems: Problems): void {
    const logs = records(inputs, "logDeliveryConfigurations");
    logs.forEach((log, index) => {
        const path = `logDeliveryConfigurations[${index}].`;
        problems.oneOf(log, "destinationType", ["cloudwatch-logs", "kinesis-firehose"], path);
        problems.oneOf(log, "logFormat", ["json", "text"], path);
        problems.oneOf(log, "logType", ["engine-log", "slow-log"], path);
    });
    const types = logs.map((log) => text(log, "logType"));
    if (new Set(types).size !== types.length) {
        problems.add("logDeliveryConfigurations", "each log type may be delivered once");
    }
}
