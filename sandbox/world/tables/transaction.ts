import { AwsError } from "../../aws/awsError";
import type { AttributeMap, TableEngine } from "./engine";
import { keyText, touchedByWrite, type TouchedItem } from "./writes";

type Input = Readonly<Record<string, unknown>>;

/** One entry of `TransactItems`. */
export interface TransactItem {
    readonly Put?: Input;
    readonly Update?: Input;
    readonly Delete?: Input;
    readonly ConditionCheck?: Input;
}

export interface CancellationReason {
    readonly Code: string;
    readonly Message?: string;
    readonly Item?: AttributeMap;
}

/** A transaction that changed nothing, with a reason for each of its items. */
export class TransactionCanceled extends AwsError {
    constructor(readonly reasons: readonly CancellationReason[]) {
        super(
            "TransactionCanceledException",
            `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons
                .map((reason) => reason.Code)
                .join(", ")}]`,
        );
    }
}

/** Most items of a transaction. */
const maximumItems = 100;

type WriteAction = "PutItem" | "UpdateItem" | "DeleteItem";

export interface Step extends TouchedItem {
    /** What the condition is checked as; a check alone is read like a delete. */
    readonly action: WriteAction;
    readonly writes: boolean;
    readonly input: Input;
}

/**
 * Runs a transaction on one region's engine, which nothing else may write meanwhile: every
 * condition first, then every write; a write that fails takes the earlier ones back.
 * `admit` may refuse it for want of capacity, before anything is looked at.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 *
 * @returns the items it wrote
 * @throws TransactionCanceled, AwsError
 */
export async function runTransaction(
    engine: TableEngine,
    items: readonly TransactItem[],
    keyAttributesOf: (table: string) => readonly string[],
    admit: (steps: readonly Step[]) => void,
): Promise<readonly TouchedItem[]> {
    if (items.length === 0 || items.length > maximumItems) {
        throw new AwsError(
            "ValidationException",
            `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length between 1 and ${maximumItems}`,
        );
    }
    const steps = items.map((item) => stepOf(item, keyAttributesOf));
    if (new Set(steps.map((step) => step.table + keyText(step.key))).size < steps.length) {
        throw new AwsError(
            "ValidationException",
            "Transaction request cannot include multiple operations on one item",
        );
    }
    admit(steps);
    const before = await Promise.all(steps.map((step) => engine.read(step.table, step.key)));
    const reasons = steps.map((step, index) => refusal(engine, step, before[index]));
    if (reasons.some((reason) => reason.Code !== "None")) {
        throw new TransactionCanceled(reasons);
    }
    const written: number[] = [];
    for (const [index, step] of steps.entries()) {
        if (!step.writes) {
            continue;
        }
        try {
            await engine.call(step.action, step.input);
            written.push(index);
        } catch (error) {
            await Promise.all(written.map((at) => restore(engine, steps[at], before[at])));
            throw canceled(error, index, steps.length);
        }
    }
    return steps.filter((step) => step.writes);
}

function stepOf(item: TransactItem, keyAttributesOf: (table: string) => readonly string[]): Step {
    const { Put, Update, Delete, ConditionCheck } = item;
    const given = [Put, Update, Delete, ConditionCheck].filter((one) => one !== undefined);
    const input = given[0];
    if (input === undefined || given.length > 1) {
        throw new AwsError(
            "ValidationException",
            "TransactItems can only contain one of Check, Put, Update or Delete",
        );
    }
    const action = Put ? "PutItem" : Update ? "UpdateItem" : "DeleteItem";
    const table = touchedByWrite("DeleteItem", input, []).table;
    return {
        ...touchedByWrite(action, input, keyAttributesOf(table)),
        action,
        writes: ConditionCheck === undefined,
        input: { ...input, TableName: table },
    };
}

function refusal(
    engine: TableEngine,
    step: Step,
    item: AttributeMap | undefined,
): CancellationReason {
    try {
        engine.checkCondition(step.action, step.input, item);
        return { Code: "None" };
    } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "ConditionalCheckFailedException") {
            throw error;
        }
        const wantsItem = step.input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD";
        return {
            Code: "ConditionalCheckFailed",
            Message: error.message,
            ...(wantsItem && item !== undefined ? { Item: item } : {}),
        };
    }
}

async function restore(
    engine: TableEngine,
    step: Step | undefined,
    item: AttributeMap | undefined,
): Promise<void> {
    if (step !== undefined) {
        await (item === undefined
            ? engine.call("DeleteItem", { TableName: step.table, Key: step.key })
            : engine.call("PutItem", { TableName: step.table, Item: item }));
    }
}

function canceled(error: unknown, failed: number, length: number): unknown {
    return error instanceof AwsError && error.code === "ValidationException"
        ? new TransactionCanceled(
              Array.from({ length }, (_, index) =>
                  index === failed
                      ? { Code: "ValidationError", Message: error.message }
                      : { Code: "None" },
              ),
          )
        : error;
}
