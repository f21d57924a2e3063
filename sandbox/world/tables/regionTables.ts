import { AwsError } from "../../aws/awsError";
import type { WorldClock } from "../clock";
import { TableEngine, type AttributeMap, type EngineAction } from "./engine";
import type { Replica, Entry, Outcome } from "./replica";
import { runTransaction, type TransactItem } from "./transaction";
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
    #last: Promise<unknown> = Promise.resolve();

    constructor(
        readonly region: string,
        accountId: string,
        private readonly clock: WorldClock,
        private readonly onWrite: (replica: Replica, entry: Entry) => void,
    ) {
        this.engine = new TableEngine(region, accountId);
    }

    read(action: EngineAction, input: Input): Promise<Record<string, unknown>> {
        return this.engine.call(action, input);
    }

    /** Runs a write and hands what it changed to the replicator. */
    write(action: WriteAction, input: Input): Promise<Record<string, unknown>> {
        return this.exclusive(async () => {
            let output: Record<string, unknown>;
            try {
                output = await this.engine.call(action, input);
            } catch (error) {
                throw await this.#withItem(error, action, input);
            }
            await this.#note(this.#touched(action, input));
            return output;
        });
    }

    /** All or nothing, here; replicated item by item. */
    transactWrite(items: readonly TransactItem[]): Promise<void> {
        return this.exclusive(async () => {
            const touched = await runTransaction(this.engine, items, (table) =>
                this.#keyAttributes(table),
            );
            await this.#note(touched);
        });
    }

    /** Takes in a write of another region. */
    receive(replica: Replica, entry: Entry): Promise<Outcome> {
        return this.exclusive(async () => {
            const outcome = replica.recordRemote(entry);
            if (outcome.applied) {
                const TableName = replica.definition.name;
                await (entry.image === undefined
                    ? this.engine.call("DeleteItem", { TableName, Key: entry.key })
                    : this.engine.call("PutItem", { TableName, Item: entry.image }));
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
                    await this.#note([{ table: TableName, key }]);
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

    async #note(touched: readonly TouchedItem[]): Promise<void> {
        for (const { table, key } of touched) {
            const replica = this.replicas.get(table);
            const image = await this.engine.read(table, key);
            const entry = replica?.recordLocal(key, image, this.clock.now());
            if (replica !== undefined && entry !== undefined) {
                this.onWrite(replica, entry);
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

/** A failed condition with the item that failed it. */
export class ConditionFailed extends AwsError {
    constructor(
        message: string,
        readonly item: AttributeMap,
    ) {
        super("ConditionalCheckFailedException", message);
    }
}
