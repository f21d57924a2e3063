import type { MetricSink } from "../world";
import { tableNameOf } from "./writes";

type Input = Readonly<Record<string, unknown>>;

/** Operations whose requests are of items. */
const itemOperations = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/**
 * Publishes that a region's own users asked a table something and were answered: a sample for each
 * request, and none for what replication does.
 *
 * @param tookMs world milliseconds
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export function publishLatency(
    sink: MetricSink,
    region: string,
    operation: string,
    input: Input,
    tookMs: number,
): void {
    if (itemOperations.includes(operation)) {
        for (const TableName of tablesIn(input)) {
            sink.put({
                region,
                namespace: "AWS/DynamoDB",
                metric: "SuccessfulRequestLatency",
                dimensions: { TableName, Operation: operation },
                value: tookMs,
            });
        }
    }
}

function tablesIn(input: Input): readonly string[] {
    const steps = (input["TransactItems"] ?? []) as readonly Readonly<Record<string, Input>>[];
    const named = [
        input["TableName"] ?? [],
        Object.keys(input["RequestItems"] ?? {}),
        steps.flatMap((step) => Object.values(step).map((request) => request["TableName"])),
    ].flat();
    return [...new Set(named.map(tableNameOf))];
}
