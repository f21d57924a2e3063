import { AwsError } from "../../aws/awsError";
import type { WorldClock } from "../clock";
import type { Throughput } from "./capacity/throughput";
import { measured, TableUse } from "./capacity/use";
import { TableEngine, type AttributeMap, type EngineAction } from "./engine";
import type { Replica, Entry, Outcome } from "./replica";
import type { ItemChange } from "./streams/changeRecord";
import { runTransaction, TransactionCanceled, type TransactItem } from "./transaction";
import { transactGet } from "./transactionApi";
import { tableNameOf, touchedByBatch, touchedByWrite, type TouchedItem } from "./writes";

type Input = Readonly<Record<string, unknown>>;

/** Write actions, whose items replicate. */
const writeActions = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"] as const;

type WriteAction = (typeof writeActions)[number];

export function isWriteAction(action: string): action is WriteAction {
    return (writeActions as readonly string[]).includes(action);
}

/**
 * The tables of one region. Writes run one after the other, so that the image read back after a
 * write is that write's.
 */
export class RegionTables {
    readonly engine: TableEngine;
    readonly replicas = new Map<string, Replica>();
    readonly #use: TableUse;
    #last: Promise<unknown> = Promise.resolve();

    constructor(
        readonly region: string,
        accountId: string,
        private readonly clock: WorldClock,
        throughput: Throughput,
        private readonly onWrite: (replica: Replica, entry: Entry) => void,
        /** Told of every change of an item, whoever made it. */
        private readonly onChange: (table: string, change: ItemChange) => void,
    ) {
        this.engine = new TableEngine(region, accountId);
        this.#use = new TableUse(region, throughput, this.replicas);
    }

    /** Runs an action that changes nothing. */
    async read(action: EngineAction, input: Input): Promise<Record<string, unknown>> {
        switch (action) {
            case "GetItem":
            case "Query":
            case "Scan":
                this.#use.admitRead(action, input);
                return this.#use.chargeRead(input, await this.engine.call(action, measured(input)));
            case "BatchGetItem": {
                const admitted = this.#use.admitBatch(action, input);
                const output = await this.engine.call(action, measured(admitted.input));
                return withUnprocessed(
                    this.#use.chargeRead(input, output),
                    "UnprocessedKeys",
                    admitted.unprocessed,
                );
            }
            default:
                return this.engine.call(action, input);
        }
    }

    /** Runs a write and hands what it changed to the replicator. */
    write(action: WriteAction, input: Input): Promise<Record<string, unknown>> {
        return this.exclusive(async () => {
            const admitted =
                action === "BatchWriteItem"
                    ? this.#use.admitBatch(action, input)
                    : { input, unprocessed: {} };
            const touched = this.#touched(action, admitted.input);
            if (action !== "BatchWriteItem") {
                const item = input["Item"] as AttributeMap | undefined;
                touched.forEach((one) => this.#use.admitWrite(action, one, item));
            }
            let output: Record<string, unknown>;
            try {
                output = await this.engine.call(action, admitted.input);
            } catch (error) {
                if (error instanceof AwsError && error.code === "ConditionalCheckFailedException") {
                    touched.forEach((one) => this.#use.chargeFailedWrite(one));
                }
                throw await this.#withItem(error, action, input);
            }
            await this.#note(touched);
            return withUnprocessed(output, "UnprocessedItems", admitted.unprocessed);
        });
    }

    /** All or nothing, here; replicated item by item. Costs twice what its writes cost. */
    transactWrite(items: readonly TransactItem[]): Promise<void> {
        return this.exclusive(async () => {
            const touched = await runTransaction(
                this.engine,
                items,
                (table) => this.#keyAttributes(table),
                (steps) => this.#admitAll(steps),
            );
            await this.#note(touched, 2);
        });
    }

    /** Reads of one moment, each of which costs twice what it costs alone. */
    async transactGet(input: Input): Promise<unknown> {
        const items = (input["TransactItems"] ?? []) as readonly { readonly Get: Input }[];
        items.forEach(({ Get }) => this.#use.admitRead("TransactGetItems", Get));
        const answer = await transactGet(this.engine, input);
        answer.Responses.forEach(({ Item }, at) =>
            this.#use.chargeItem(String(items[at]?.Get["TableName"]), Item, 2),
        );
        return answer;
    }

    /**
     * Takes in a write of another region.
     *
     * @param metered false for what fills a new replica, which costs no capacity and is no change
     */
    receive(replica: Replica, entry: Entry, metered = true): Promise<Outcome> {
        return this.exclusive(async () => {
            const before = replica.get(entry.key)?.image;
            const outcome = replica.recordRemote(entry);
            if (metered) {
                this.#use.chargeWrite(replica.definition, before, entry.image);
            }
            if (outcome.applied) {
                const TableName = replica.definition.name;
                await (entry.image === undefined
                    ? this.engine.call("DeleteItem", { TableName, Key: entry.key })
                    : this.engine.call("PutItem", { TableName, Item: entry.image }));
                if (metered) {
                    this.onChange(TableName, { key: entry.key, before, after: entry.image });
                }
            }
            return outcome;
        });
    }

    /** Deletes the items whose time has come, as DynamoDB's own sweep does. */
    async expire(replica: Replica, isDue: (entry: Entry) => boolean): Promise<void> {
        for (const { key } of replica.entries().filter(isDue)) {
            await this.exclusive(async () => {
                const entry = replica.get(key);
                if (entry !== undefined && isDue(entry)) {
                    const TableName = replica.definition.name;
                    await this.engine.call("DeleteItem", { TableName, Key: key });
                    // Where it expires a delete costs nothing; in the other regions it does.
                    await this.#note([{ table: TableName, key }], 0, true);
                }
            });
        }
    }

    /** Runs when everything before it has ended. */
    exclusive<T>(operation: () => Promise<T>): Promise<T> {
        const result = this.#last.then(operation);
        this.#last = result.catch(() => undefined);
        return result;
    }

    /** A transaction without capacity is called off as a whole, with the reason at its item. */
    #admitAll(steps: readonly (TouchedItem & { readonly input: Input })[]): void {
        const reasons = steps.map((step) => {
            try {
                const item = step.input["Item"] as AttributeMap | undefined;
                this.#use.admitWrite("TransactWriteItems", step, item);
                return { Code: "None" };
            } catch (error) {
                const { code, message } = error as AwsError;
                const Code =
                    code === "ThrottlingException"
                        ? "ThrottlingError"
                        : "ProvisionedThroughputExceeded";
                return { Code, Message: message };
            }
        });
        if (reasons.some(({ Code }) => Code !== "None")) {
            throw new TransactionCanceled(reasons);
        }
    }

    async #note(touched: readonly TouchedItem[], costFactor = 1, expired = false): Promise<void> {
        for (const { table, key } of touched) {
            const replica = this.replicas.get(table);
            const image = await this.engine.read(table, key);
            const before = replica?.get(key)?.image;
            if (replica !== undefined) {
                this.#use.chargeWrite(replica.definition, before, image, costFactor);
            }
            const entry = replica?.recordLocal(key, image, this.clock.now());
            if (replica !== undefined && entry !== undefined) {
                this.onWrite(replica, entry);
                this.onChange(table, { key, before, after: image, expired });
            }
        }
    }

    #touched(action: WriteAction, input: Input): readonly TouchedItem[] {
        return action === "BatchWriteItem"
            ? touchedByBatch(input, (table) => this.#keyAttributes(table))
            : [touchedByWrite(action, input, this.#keyAttributes(tableNameOf(input["TableName"])))];
    }

    #keyAttributes(table: string): readonly string[] {
        return this.replicas.get(table)?.definition.keyAttributes ?? [];
    }

    /** A failed condition carries the item when the caller asked for it. */
    async #withItem(error: unknown, action: WriteAction, input: Input): Promise<unknown> {
        if (
            !(error instanceof AwsError) ||
            error.code !== "ConditionalCheckFailedException" ||
            input["ReturnValuesOnConditionCheckFailure"] !== "ALL_OLD"
        ) {
            return error;
        }
        const [touched] = this.#touched(action, input);
        const item = touched && (await this.engine.read(touched.table, touched.key));
        return item === undefined ? error : new ConditionFailed(error.message, item);
    }
}

/** The engine's answer with what was not let in. */
function withUnprocessed(
    output: Record<string, unknown>,
    property: "UnprocessedKeys" | "UnprocessedItems",
    unprocessed: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
    const left = (output[property] ?? {}) as Readonly<Record<string, unknown>>;
    return { ...output, [property]: { ...left, ...unprocessed } };
}

/** A failed condition with the item that failed it. */
export class ConditionFailed extends AwsError {
    constructor(
        message: string,
        readonly item: AttributeMap,
    ) {
        super("ConditionalCheckFailedException", message);
    }
}
