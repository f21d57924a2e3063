import type { World } from "../../world/world";
import { AwsError } from "../awsError";
import { text } from "../support/known";
import { tableIn } from "./replicas";
import { streamIn } from "./tableStream";

/** A table as the lookup `aws.dynamodb.getTable` answers for a region that has it, as far as this cloud knows. */
export type TableLookup = {
    readonly id: string;
    readonly name: string;
    readonly region: string;
    readonly arn: string;
    readonly billingMode: string;
    readonly hashKey: string;
    readonly rangeKey: string;
    readonly streamEnabled: boolean;
    readonly streamArn: string;
    readonly streamLabel: string;
    readonly streamViewType: string;
};

/** @throws AwsError ResourceNotFoundException */
export function lookUpTable(
    { store }: Pick<World, "store">,
    name: string,
    region: string,
): TableLookup {
    const table = tableIn(name, { store, region });
    if (table === undefined) {
        throw new AwsError(
            "ResourceNotFoundException",
            `Requested resource not found: Table: ${name} not found in ${region}`,
        );
    }
    const { outputs } = table;
    const stream = streamIn(store, table, region);
    return {
        id: name,
        name,
        region,
        arn: (text(outputs, "arn") ?? "").replace(/^(arn:aws:dynamodb:)[^:]+/, `$1${region}`),
        billingMode: text(outputs, "billingMode") ?? "",
        hashKey: text(outputs, "hashKey") ?? "",
        rangeKey: text(outputs, "rangeKey") ?? "",
        streamEnabled: stream !== undefined,
        streamArn: stream?.arn ?? "",
        streamLabel: stream?.arn.split("/stream/").pop() ?? "",
        streamViewType: stream?.viewType ?? "",
    };
}
