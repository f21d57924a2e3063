import batchGetItem from "dynalite/actions/batchGetItem";
import batchWriteItem from "dynalite/actions/batchWriteItem";
import createTable from "dynalite/actions/createTable";
import deleteItem from "dynalite/actions/deleteItem";
import deleteTable from "dynalite/actions/deleteTable";
import describeTable from "dynalite/actions/describeTable";
import getItem from "dynalite/actions/getItem";
import listTables from "dynalite/actions/listTables";
import putItem from "dynalite/actions/putItem";
import query from "dynalite/actions/query";
import scan from "dynalite/actions/scan";
import updateItem from "dynalite/actions/updateItem";
import updateTable from "dynalite/actions/updateTable";
import { checkConditional, create, type DynaliteError, type DynaliteStore } from "dynalite/db";
import { checkTypes, checkValidations } from "dynalite/validations";
import * as batchGetItemRules from "dynalite/validations/batchGetItem";
import * as batchWriteItemRules from "dynalite/validations/batchWriteItem";
import * as createTableRules from "dynalite/validations/createTable";
import * as deleteItemRules from "dynalite/validations/deleteItem";
import * as deleteTableRules from "dynalite/validations/deleteTable";
import * as describeTableRules from "dynalite/validations/describeTable";
import * as getItemRules from "dynalite/validations/getItem";
import * as listTablesRules from "dynalite/validations/listTables";
import * as putItemRules from "dynalite/validations/putItem";
import * as queryRules from "dynalite/validations/query";
import * as scanRules from "dynalite/validations/scan";
import * as updateItemRules from "dynalite/validations/updateItem";
import * as updateTableRules from "dynalite/validations/updateTable";

import { AwsError } from "../../aws/awsError";

const operations = {
    BatchGetItem: { run: batchGetItem, rules: batchGetItemRules },
    BatchWriteItem: { run: batchWriteItem, rules: batchWriteItemRules },
    CreateTable: { run: createTable, rules: createTableRules },
    DeleteItem: { run: deleteItem, rules: deleteItemRules },
    DeleteTable: { run: deleteTable, rules: deleteTableRules },
    DescribeTable: { run: describeTable, rules: describeTableRules },
    GetItem: { run: getItem, rules: getItemRules },
    ListTables: { run: listTables, rules: listTablesRules },
    PutItem: { run: putItem, rules: putItemRules },
    Query: { run: query, rules: queryRules },
    Scan: { run: scan, rules: scanRules },
    UpdateItem: { run: updateItem, rules: updateItemRules },
    UpdateTable: { run: updateTable, rules: updateTableRules },
};

/** An action of the engine, by its API name. */
export type EngineAction = keyof typeof operations;

/** An item in DynamoDB's JSON: `{"pk": {"S": "..."}}`. */
export type AttributeMap = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * One region's DynamoDB, in memory: dynalite called in this process. It knows nothing of replicas
 * and writes whatever it is told.
 */
export class TableEngine {
    readonly #store: DynaliteStore;

    constructor(region: string, accountId: string) {
        this.#store = create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
        this.#store.tableDb.awsRegion = region;
        this.#store.tableDb.awsAccountId = accountId;
    }

    /**
     * Runs one API action.
     *
     * @throws AwsError as DynamoDB would answer
     */
    async call<Output = Record<string, unknown>>(
        action: EngineAction,
        input: Readonly<Record<string, unknown>>,
    ): Promise<Output> {
        const data = this.#parse(action, input);
        return new Promise((resolve, reject) => {
            operations[action].run(this.#store, data, (error, output) => {
                if (error) {
                    reject(asAwsError(error));
                } else {
                    resolve(output as Output);
                }
            });
        });
    }

    /** Makes a table; resolves when it can be used. */
    async createTable(input: Readonly<Record<string, unknown>>): Promise<void> {
        await this.call("CreateTable", input);
        await this.#until(String(input["TableName"]), "ACTIVE");
    }

    /** Changes a table; resolves when the change is done. */
    async updateTable(input: Readonly<Record<string, unknown>>): Promise<void> {
        await this.call("UpdateTable", input);
        await this.#until(String(input["TableName"]), "ACTIVE");
    }

    /** Deletes a table; resolves when its name is free. */
    async dropTable(name: string): Promise<void> {
        await this.call("DeleteTable", { TableName: name });
        await this.#until(name, "GONE");
    }

    /** The item as it is now. */
    async read(table: string, key: AttributeMap): Promise<AttributeMap | undefined> {
        const { Item } = await this.call<{ Item?: AttributeMap }>("GetItem", {
            TableName: table,
            Key: key,
            ConsistentRead: true,
        });
        return Item;
    }

    /**
     * Checks a write's request and its condition against an item, without writing.
     *
     * @throws AwsError `ConditionalCheckFailedException` when the condition does not hold
     */
    checkCondition(
        action: "PutItem" | "UpdateItem" | "DeleteItem",
        input: Readonly<Record<string, unknown>>,
        item: AttributeMap | undefined,
    ): void {
        const error = checkConditional(this.#parse(action, input), item);
        if (error) {
            throw asAwsError(error);
        }
    }

    /** The engine finishes changes to tables in the background, as AWS does, but at once. */
    async #until(name: string, wanted: "ACTIVE" | "GONE"): Promise<void> {
        while ((await this.#status(name)) !== wanted) {
            await new Promise((resolve) => setImmediate(resolve));
        }
    }

    async #status(name: string): Promise<string> {
        interface Description {
            readonly TableStatus: string;
            readonly GlobalSecondaryIndexes?: readonly { readonly IndexStatus: string }[];
        }
        try {
            const { Table } = await this.call<{ Table: Description }>("DescribeTable", {
                TableName: name,
            });
            const busy = Table.GlobalSecondaryIndexes?.find(
                (index) => index.IndexStatus !== "ACTIVE",
            );
            return busy?.IndexStatus ?? Table.TableStatus;
        } catch (error) {
            if (error instanceof AwsError && error.code === "ResourceNotFoundException") {
                return "GONE";
            }
            throw error;
        }
    }

    #parse(action: EngineAction, input: Readonly<Record<string, unknown>>): unknown {
        const { rules } = operations[action];
        try {
            // The checks take away what they do not know, so they get a copy.
            const data = checkTypes(structuredClone(input), rules.types);
            checkValidations(data, rules.types, rules.custom, this.#store);
            return data;
        } catch (error) {
            throw asAwsError(error as DynaliteError);
        }
    }
}

function asAwsError(error: DynaliteError): Error {
    if (error.statusCode === undefined) {
        return error;
    }
    const body = error.body as { __type?: string; message?: string; Message?: string };
    return new AwsError(
        body.__type?.split("#").pop() ?? "InternalServerError",
        body.message ?? body.Message ?? error.message,
        error.statusCode,
    );
}
