import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, flag, isOther, record, records, text } from "../support/known";
import { findKey } from "../support/keys";
import { isWriteScaled, ownReplicas, regionsOfTable, tableType } from "./replicas";
import { strongRegionSets, tableProblems } from "./tableRules";

export { tableType };

function invalid(message: string): AwsError {
    return new AwsError("ValidationException", message);
}

/** @throws AwsError ResourceInUseException or ValidationException */
function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const name = text(inputs, "name") ?? "";
    for (const region of [context.region, ...replicaRegions(inputs)]) {
        if (holderOf(name, region, context, current)) {
            throw new AwsError(
                "ResourceInUseException",
                `Table already exists: ${name} in ${region}`,
            );
        }
    }
    refuseKeys(inputs, context);
    refuseReplicas(inputs, context, current);
}

function replicaRegions(inputs: Props | undefined): readonly string[] {
    return records(inputs, "replicas").flatMap((replica) => text(replica, "regionName") ?? []);
}

/** Whether another table holds the name in the region, as itself or as a replica. */
function holderOf(
    name: string,
    region: string,
    context: TypeContext,
    current: Props | undefined,
): boolean {
    return context.store
        .list(tableType)
        .some(
            (table) =>
                table.id === name &&
                regionsOfTable(context.store, table).includes(region) &&
                !(table.region === context.region && !isOther(table, current)),
        );
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
function refuseKeys(inputs: Props, context: TypeContext): void {
    const keys = [
        [context.region, text(record(inputs, "serverSideEncryption"), "kmsKeyArn")],
        ...records(inputs, "replicas").map((replica) => [
            text(replica, "regionName"),
            text(replica, "kmsKeyArn"),
        ]),
    ] as const;
    for (const [region, key] of keys) {
        if (
            key !== undefined &&
            region !== undefined &&
            findKey(key, { store: context.store, region }) === undefined
        ) {
            throw invalid(`KMS validation error: key ${key} was not found in ${region}`);
        }
    }
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html */
function refuseReplicas(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const wanted = replicaRegions(inputs);
    if (wanted.includes(context.region)) {
        throw invalid(
            `Cannot add, delete, or update the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable as required. (${context.region})`,
        );
    }
    const strong = records(inputs, "replicas").some(
        (replica) => text(replica, "consistencyMode") === "STRONG",
    );
    const set = strongRegionSets.find((regions) => regions.includes(context.region));
    if (strong && !wanted.every((region) => set?.includes(region))) {
        throw invalid(
            `multi-Region strong consistency is not available across ${[context.region, ...wanted].join(", ")}`,
        );
    }
    const before = replicaRegions(current);
    const added = wanted.filter((region) => !before.includes(region));
    if (
        added.length > 0 &&
        text(inputs, "billingMode") === "PROVISIONED" &&
        !isWriteScaled(text(inputs, "name") ?? "", context)
    ) {
        throw invalid("Table write capacity should either be Pay-Per-Request or AutoScaled.");
    }
    for (const replica of records(current, "replicas")) {
        const region = text(replica, "regionName") ?? "";
        if (!wanted.includes(region) && flag(replica, "deletionProtectionEnabled") === true) {
            throw invalid(
                `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. (replica in ${region})`,
            );
        }
    }
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection */
function refuseDelete(outputs: Props, context: TypeContext): void {
    const holders = [
        outputs,
        ...records(outputs, "replicas"),
        ...ownReplicas(context.store, text(outputs, "name") ?? "", context.region).map(
            (replica) => replica.outputs,
        ),
    ];
    if (holders.some((holder) => flag(holder, "deletionProtectionEnabled") === true)) {
        throw invalid(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        );
    }
}

/** The label that a table's stream keeps while it is on: when it was turned on. */
function streamLabel(inputs: Props, context: TypeContext, current: Props | undefined): string {
    if (flag(inputs, "streamEnabled") !== true) {
        return "";
    }
    const kept = text(current, "streamLabel");
    return kept !== undefined && kept !== ""
        ? kept
        : new Date(context.nowMs).toISOString().replace("Z", "");
}

export const table: ResourceType = {
    type: tableType,
    service: "dynamodb",
    home: "regional",
    actions: {
        create: "CreateTable",
        read: "DescribeTable",
        update: "UpdateTable",
        delete: "DeleteTable",
    },
    inputs: [
        "attributes",
        "billingMode",
        "deletionProtectionEnabled",
        "globalSecondaryIndexes",
        "globalTableWitness",
        "hashKey",
        "importTable",
        "localSecondaryIndexes",
        "name",
        "onDemandThroughput",
        "pointInTimeRecovery",
        "rangeKey",
        "readCapacity",
        "replicas",
        "restoreBackupArn",
        "restoreDateTime",
        "restoreSourceName",
        "restoreSourceTableArn",
        "restoreToLatestTime",
        "serverSideEncryption",
        "streamEnabled",
        "streamViewType",
        "tableClass",
        "tags",
        "ttl",
        "warmThroughput",
        "writeCapacity",
    ],
    required: [],
    replaceOn: [
        "hashKey",
        "importTable",
        "localSecondaryIndexes",
        "name",
        "rangeKey",
        "restoreBackupArn",
        "restoreSourceName",
        "restoreSourceTableArn",
    ],
    autoname: { property: "name", maxLength: 255 },
    defaults: { billingMode: "PROVISIONED" },
    unordered: ["attributes", "globalSecondaryIndexes", "localSecondaryIndexes", "replicas"],
    computed: ["arn", "streamArn", "streamLabel", "streamViewType", "tableClass"],
    check: tableProblems,
    admit,
    compute: (inputs, context, current) => {
        const name = text(inputs, "name") ?? "";
        const own = arn("dynamodb", context, `table/${name}`);
        const label = streamLabel(inputs, context, current);
        const onDemand = text(inputs, "billingMode") === "PAY_PER_REQUEST";
        return {
            id: name,
            outputs: {
                streamViewType: "",
                tableClass: "STANDARD",
                deletionProtectionEnabled: false,
                pointInTimeRecovery: { enabled: false, recoveryPeriodInDays: 0 },
                ...(onDemand ? { readCapacity: 0, writeCapacity: 0 } : {}),
                ...inputs,
                arn: own,
                streamLabel: label,
                streamArn: label === "" ? "" : `${own}/stream/${label}`,
                ...(Array.isArray(inputs.replicas)
                    ? {
                          replicas: records(inputs, "replicas").map((one) =>
                              replicaOutputs(one, own, label),
                          ),
                      }
                    : {}),
            },
        };
    },
    refuseDelete,
};

function replicaOutputs(replica: Props, tableArn: string, label: string): Props {
    const region = text(replica, "regionName") ?? "";
    const own = tableArn.replace(/^(arn:aws:dynamodb:)[^:]+/, `$1${region}`);
    return {
        consistencyMode: "EVENTUAL",
        deletionProtectionEnabled: false,
        pointInTimeRecovery: false,
        propagateTags: false,
        ...replica,
        arn: own,
        streamArn: label === "" ? "" : `${own}/stream/${label}`,
        streamLabel: label,
    };
}
