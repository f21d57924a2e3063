import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, flag, given, record, text } from "../support/known";
import { findKey } from "../support/keys";
import { Problems } from "../support/problems";
import { isWriteScaled, regionsOfTable, replicaType, tableOfArn, tableType } from "./replicas";

/**
 * A replica as a resource of its own, in its own region. The provider's id is the table's name and
 * main region.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ReplicationGroupUpdate.html
 */
export const tableReplica: ResourceType = {
    type: replicaType,
    service: "dynamodb",
    home: "regional",
    actions: {
        create: "UpdateTable",
        read: "DescribeTable",
        update: "UpdateTable",
        delete: "UpdateTable",
    },
    inputs: [
        "deletionProtectionEnabled",
        "globalTableArn",
        "kmsKeyArn",
        "pointInTimeRecovery",
        "tableClassOverride",
        "tags",
    ],
    required: ["globalTableArn"],
    replaceOn: ["globalTableArn", "kmsKeyArn"],
    computed: ["arn"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "globalTableArn",
            /^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}$/,
            "must be the ARN of a table",
        );
        problems.oneOf(inputs, "tableClassOverride", ["STANDARD", "STANDARD_INFREQUENT_ACCESS"]);
        const key = text(inputs, "kmsKeyArn");
        const keyRegion = key?.split(":")[3];
        const region = text(inputs, "region");
        if (keyRegion !== undefined && region !== undefined && keyRegion !== region) {
            problems.add(
                "kmsKeyArn",
                `ValidationException: KMS key must be in the replica's region ${region}, got one of ${keyRegion}`,
            );
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const table = tableOf(inputs, context);
        refuseKey(inputs, table, context);
        if (current !== undefined) {
            return;
        }
        if (regionsOfTable(context.store, table).includes(context.region)) {
            throw invalid(
                context.region === table.region
                    ? `Cannot add, delete, or update the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable as required. (${context.region})`
                    : `Replica specified in the Replica Update or Replica Delete action of the request was already present: '${context.region}'`,
            );
        }
        if (context.store.get(tableType, context.region, table.id) !== undefined) {
            throw new AwsError(
                "ResourceInUseException",
                `Table already exists: ${table.id} in ${context.region}`,
            );
        }
        refuseSource(table, context);
    },

    compute(inputs, context) {
        const [, , , home = ""] = (text(inputs, "globalTableArn") ?? "").split(":");
        const name = tableOfArn(text(inputs, "globalTableArn") ?? "");
        return {
            id: `${name}:${home}`,
            outputs: {
                deletionProtectionEnabled: false,
                ...inputs,
                arn: arn("dynamodb", context, `table/${name}`),
            },
        };
    },

    /** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection */
    refuseDelete(outputs) {
        if (flag(outputs, "deletionProtectionEnabled") === true) {
            throw invalid(
                "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
            );
        }
    },
};

function invalid(message: string): AwsError {
    return new AwsError("ValidationException", message);
}

function tableOf(inputs: Props, context: TypeContext): StoredResource {
    const wanted = text(inputs, "globalTableArn") ?? "";
    const name = tableOfArn(wanted);
    const table = context.store.get(tableType, wanted.split(":")[3] ?? "", name);
    if (table === undefined) {
        throw new AwsError(
            "ResourceNotFoundException",
            `Requested resource not found: Table: ${name} not found`,
        );
    }
    return table;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
function refuseKey(inputs: Props, table: StoredResource, context: TypeContext): void {
    const ownKey = given(record(table.outputs, "serverSideEncryption") ?? {}, "kmsKeyArn");
    if (ownKey !== given(inputs, "kmsKeyArn")) {
        throw invalid(
            "every replica must use the same type of KMS key as the table: " +
                (ownKey ? "give this replica a customer managed key" : "the table has none"),
        );
    }
    const key = text(inputs, "kmsKeyArn");
    if (key !== undefined && findKey(key, context) === undefined) {
        throw invalid(`KMS validation error: key ${key} was not found in ${context.region}`);
    }
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html */
function refuseSource(table: StoredResource, context: TypeContext): void {
    if (
        flag(table.outputs, "streamEnabled") !== true ||
        text(table.outputs, "streamViewType") !== "NEW_AND_OLD_IMAGES"
    ) {
        throw invalid(
            "Table must have DynamoDB Streams enabled with StreamViewType NEW_AND_OLD_IMAGES to have replicas",
        );
    }
    if (
        text(table.outputs, "billingMode") === "PROVISIONED" &&
        !isWriteScaled(table.id, { store: context.store, region: table.region })
    ) {
        throw invalid("Table write capacity should either be Pay-Per-Request or AutoScaled.");
    }
}
