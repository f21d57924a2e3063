import { capacityUnits } from "dynalite/db";

import { AwsError } from "../../../aws/awsError";
import type { TableDefinition } from "../definition";
import type { AttributeMap } from "../engine";
import { tableNameOf, type TouchedItem } from "../writes";
import { metered, type Throughput } from "./throughput";

type Input = Readonly<Record<string, unknown>>;

/** What a batch may do now, and what of it its caller has to send again. */
export interface AdmittedBatch {
    readonly input: Input;
    readonly unprocessed: Readonly<Record<string, unknown>>;
}

interface Consumed {
    readonly CapacityUnits: number;
    readonly TableName: string;
}

/** What a table is now: its definition, and an item of it. */
export interface TableState {
    readonly definition: TableDefinition;
    get(key: AttributeMap): { readonly image: AttributeMap | undefined } | undefined;
}

/**
 * Lets one region's requests in and charges what they used.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export class TableUse {
    constructor(
        private readonly region: string,
        private readonly throughput: Throughput,
        private readonly tables: ReadonlyMap<string, TableState>,
    ) {}

    /** @throws AwsError when the table, or the index that is asked, has no capacity left */
    admitRead(operation: string, input: Input): void {
        this.throughput.admit(
            metered(this.region, tableNameOf(input["TableName"]), indexIn(input)),
            "read",
            operation,
        );
    }

    /** @throws AwsError when the table, or an index that the item is in, has no capacity left */
    admitWrite(operation: string, touched: TouchedItem, item: AttributeMap | undefined): void {
        const state = this.tables.get(touched.table);
        const image = item ?? state?.get(touched.key)?.image;
        this.throughput.admit(
            metered(this.region, touched.table),
            "write",
            operation,
            indexesOf(state?.definition, image),
        );
    }

    /** @throws AwsError when none of the batch's tables has capacity left */
    admitBatch(operation: "BatchGetItem" | "BatchWriteItem", input: Input): AdmittedBatch {
        const requests = (input["RequestItems"] ?? {}) as Readonly<Record<string, unknown>>;
        const direction = operation === "BatchGetItem" ? "read" : "write";
        const refused: Record<string, AwsError> = {};
        for (const name of Object.keys(requests)) {
            try {
                this.throughput.admit(
                    metered(this.region, tableNameOf(name)),
                    direction,
                    operation,
                );
            } catch (error) {
                refused[name] = error as AwsError;
            }
        }
        const [error] = Object.values(refused);
        if (error !== undefined && Object.keys(refused).length === Object.keys(requests).length) {
            throw error;
        }
        const part = (taken: boolean) =>
            Object.fromEntries(
                Object.entries(requests).filter(([name]) => name in refused !== taken),
            );
        return { input: { ...input, RequestItems: part(true) }, unprocessed: part(false) };
    }

    /** Charges a read by what the engine says it used, and answers what the caller asked for. */
    chargeRead(input: Input, output: Readonly<Record<string, unknown>>): Record<string, unknown> {
        const { ConsumedCapacity: consumed, ...rest } = output;
        for (const { TableName, CapacityUnits } of [consumed ?? []].flat() as Consumed[]) {
            this.throughput.charge(
                metered(this.region, tableNameOf(TableName), indexIn(input)),
                "read",
                CapacityUnits,
            );
        }
        return asks(input) ? { ...output } : rest;
    }

    /** Charges strongly consistent reads of items. @param factor 2 in a transaction */
    chargeItem(table: string, item: AttributeMap | undefined, factor: number): void {
        const units = factor * capacityUnits(item, true, true);
        this.throughput.charge(metered(this.region, tableNameOf(table)), "read", units);
    }

    /**
     * Charges a write of the larger of the two images, to the table and to the indexes that it is in.
     *
     * @param factor 2 in a transaction, 0 for what AWS does for nothing
     */
    chargeWrite(
        definition: TableDefinition,
        before: AttributeMap | undefined,
        after: AttributeMap | undefined,
        factor = 1,
    ): void {
        const units = factor * Math.max(capacityUnits(before, false), capacityUnits(after, false));
        const indexes = new Set([
            ...indexesOf(definition, before),
            ...indexesOf(definition, after),
        ]);
        for (const index of [undefined, ...indexes]) {
            this.throughput.charge(metered(this.region, definition.name, index), "write", units);
        }
    }

    /** A write whose condition failed is charged all the same. */
    chargeFailedWrite({ table, key }: TouchedItem): void {
        const state = this.tables.get(table);
        if (state !== undefined) {
            const units = capacityUnits(state.get(key)?.image, false);
            this.throughput.charge(metered(this.region, table), "write", units);
        }
    }
}

/** The same input, asking the engine for what it uses. */
export function measured(input: Input): Input {
    return asks(input) ? input : { ...input, ReturnConsumedCapacity: "TOTAL" };
}

function asks(input: Input): boolean {
    return ["TOTAL", "INDEXES"].includes(String(input["ReturnConsumedCapacity"]));
}

function indexIn(input: Input): string | undefined {
    const index = input["IndexName"];
    return typeof index === "string" ? index : undefined;
}

/** Names of the indexes that hold an item: those whose keys it has. */
function indexesOf(
    definition: TableDefinition | undefined,
    item: AttributeMap | undefined,
): readonly string[] {
    return item === undefined
        ? []
        : (definition?.indexes ?? [])
              .filter(({ keyAttributes }) => keyAttributes.every((name) => name in item))
              .map(({ name }) => name);
}
