import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { flag, given, isOther, text } from "../support/known";
import { Problems } from "../support/problems";
import { findGlobalCluster, globalClusterType, membersOf } from "./members";
import { engines, identifier, identifierRule } from "./names";

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateGlobalCluster.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(inputs, "globalClusterIdentifier", identifier, identifierRule);
    problems.oneOf(inputs, "engine", engines);
    problems.matches(
        inputs,
        "databaseName",
        /^[A-Za-z][A-Za-z0-9_]{0,63}$/,
        "must begin with a letter and have up to 64 letters, digits and underscores",
    );
    if (given(inputs, "sourceDbClusterIdentifier")) {
        for (const property of ["engine", "engineVersion", "databaseName", "storageEncrypted"]) {
            if (given(inputs, property)) {
                problems.add(
                    property,
                    "InvalidParameterCombination: it is the source cluster's own when SourceDBClusterIdentifier is specified",
                );
            }
        }
    } else if (!given(inputs, "engine")) {
        problems.add("engine", "required unless sourceDbClusterIdentifier is set");
    }
    return problems.found;
}

function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const id = text(inputs, "globalClusterIdentifier") ?? "";
    const namesake = findGlobalCluster(context.store, id);
    if (namesake !== undefined && isOther(namesake, current)) {
        throw new AwsError(
            "GlobalClusterAlreadyExistsFault",
            `Global cluster already exists: ${id}`,
        );
    }
}

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteGlobalCluster.html */
function refuseDelete(outputs: Props, context: TypeContext): void {
    const id = text(outputs, "globalClusterIdentifier") ?? "";
    if (flag(outputs, "deletionProtection") === true) {
        throw new AwsError(
            "InvalidParameterCombination",
            `Cannot delete protected Global Cluster, please disable deletion protection and try again. (${id})`,
        );
    }
    const members = membersOf(context.store, id);
    if (members.length > 0) {
        throw new AwsError(
            "InvalidGlobalClusterStateFault",
            `Global Cluster ${id} is not empty: ${members.map((member) => member.id).join(", ")}`,
        );
    }
}

export const globalCluster: ResourceType = {
    type: globalClusterType,
    service: "rds",
    home: "regional",
    actions: {
        create: "CreateGlobalCluster",
        read: "DescribeGlobalClusters",
        update: "ModifyGlobalCluster",
        delete: "DeleteGlobalCluster",
    },
    inputs: [
        "databaseName",
        "deletionProtection",
        "engine",
        "engineLifecycleSupport",
        "engineVersion",
        "forceDestroy",
        "globalClusterIdentifier",
        "sourceDbClusterIdentifier",
        "storageEncrypted",
        "tags",
    ],
    required: ["globalClusterIdentifier"],
    replaceOn: [
        "databaseName",
        "engine",
        "globalClusterIdentifier",
        "sourceDbClusterIdentifier",
        "storageEncrypted",
    ],
    computed: [
        "arn",
        "endpoint",
        "engineVersionActual",
        "globalClusterMembers",
        "globalClusterResourceId",
    ],
    check,
    admit,
    compute: (inputs, context, current) => {
        const id = text(inputs, "globalClusterIdentifier") ?? "";
        return {
            id,
            outputs: {
                deletionProtection: false,
                storageEncrypted: false,
                ...inputs,
                // A global cluster has no region in its ARN.
                arn: `arn:aws:rds::${context.accountId}:global-cluster:${id}`,
                endpoint:
                    text(current, "endpoint") ??
                    `${id}.global-${context.unique(12)}.global.rds.amazonaws.com`,
                engineVersionActual: text(inputs, "engineVersion") ?? "",
                globalClusterMembers: current?.globalClusterMembers ?? [],
                globalClusterResourceId:
                    text(current, "globalClusterResourceId") ?? `cluster-${context.unique(16)}`,
            },
        };
    },
    refuseDelete,
};
