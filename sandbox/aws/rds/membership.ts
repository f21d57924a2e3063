import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { flag, given, text } from "../support/known";
import { findGlobalCluster, instancesOf, membersOf, writerOf } from "./members";
import { majorOf } from "./names";

/** A primary and ten secondaries: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html */
const mostMembers = 11;

function combination(message: string): AwsError {
    return new AwsError("InvalidParameterCombination", message);
}

/**
 * What a cluster needs to be the first of a global cluster, or to join one. A secondary has the
 * primary's users, databases and version, so that it may state none of its own.
 *
 * @throws AwsError in RDS's words
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-getting-started.html
 */
export function refuseMembership(
    inputs: Props,
    context: TypeContext,
    current: Props | undefined,
): void {
    const globalId = text(inputs, "globalClusterIdentifier") ?? "";
    if (current !== undefined) {
        refuseMove(globalId, current);
        return;
    }
    if (globalId === "") {
        refuseWithoutCredentials(inputs);
        return;
    }
    const global = findGlobalCluster(context.store, globalId);
    if (global === undefined) {
        throw new AwsError(
            "GlobalClusterNotFoundFault",
            `Global cluster ${globalId} not found`,
            404,
        );
    }
    refuseDifference(inputs, global);
    const primary = writerOf(context.store, globalId);
    if (primary === undefined) {
        refuseWithoutCredentials(inputs);
    } else {
        refuseJoining(inputs, primary, membersOf(context.store, globalId), context);
    }
}

/** Into a global cluster a cluster is created, and it leaves by the API's own action. */
function refuseMove(globalId: string, current: Props): void {
    const before = text(current, "globalClusterIdentifier") ?? "";
    if (globalId !== before && globalId !== "") {
        throw combination(
            "existing RDS Clusters cannot be added to an existing RDS Global Cluster",
        );
    }
}

function refuseWithoutCredentials(inputs: Props): void {
    if (given(inputs, "snapshotIdentifier") || given(inputs, "restoreToPointInTime")) {
        return;
    }
    if (!given(inputs, "masterUsername")) {
        throw new AwsError(
            "InvalidParameterValue",
            "The parameter MasterUsername must be provided and must not be blank.",
        );
    }
    if (
        !given(inputs, "masterPassword") &&
        !given(inputs, "masterPasswordWo") &&
        flag(inputs, "manageMasterUserPassword") !== true
    ) {
        throw new AwsError(
            "InvalidParameterValue",
            "The parameter MasterUserPassword must be provided and must not be blank.",
        );
    }
}

function refuseDifference(inputs: Props, global: StoredResource): void {
    const engine = text(inputs, "engine");
    const own = text(global.outputs, "engine");
    if (own !== undefined && engine !== own) {
        throw combination(`The engine ${engine} does not match the global cluster's engine ${own}`);
    }
    const version = text(inputs, "engineVersion");
    const globalVersion = text(global.outputs, "engineVersion");
    if (
        version !== undefined &&
        globalVersion !== undefined &&
        majorOf(version) !== majorOf(globalVersion)
    ) {
        throw combination(
            `The engine version ${version} does not match the global cluster's version ${globalVersion}`,
        );
    }
    const encrypted = flag(inputs, "storageEncrypted") === true;
    if (encrypted !== (flag(global.outputs, "storageEncrypted") === true)) {
        throw combination(
            `Storage encryption must be the same for the global cluster and its members: ${global.id} is ${encrypted ? "not " : ""}encrypted`,
        );
    }
}

function refuseJoining(
    inputs: Props,
    primary: StoredResource,
    members: readonly StoredResource[],
    context: TypeContext,
): void {
    for (const [property, what] of [
        ["masterUsername", "user name"],
        ["masterPassword", "password"],
        ["masterPasswordWo", "password"],
        ["databaseName", "database name"],
    ] as const) {
        if (given(inputs, property)) {
            throw combination(`Cannot specify ${what} for cross region replication cluster`);
        }
    }
    if (members.some((member) => member.region === context.region)) {
        throw new AwsError(
            "InvalidParameterValue",
            `A global cluster has one DB cluster in a Region, and there is one in ${context.region}`,
        );
    }
    if (members.length >= mostMembers) {
        throw new AwsError(
            "GlobalClusterQuotaExceededFault",
            `A global cluster has at most ${mostMembers - 1} secondary DB clusters`,
        );
    }
    if (instancesOf(context.store, primary).length === 0) {
        throw new AwsError(
            "InvalidDBClusterStateFault",
            `Source cluster: ${text(primary.outputs, "arn")} is in a state which is not valid for physical replication`,
        );
    }
    if (flag(primary.outputs, "storageEncrypted") === true && !given(inputs, "kmsKeyId")) {
        throw combination(
            "For encrypted cross-region replica, kmsKeyId should be explicitly specified",
        );
    }
}
