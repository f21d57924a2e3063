import { AwsError } from "../../aws/awsError";
import { table as tableResource } from "../../aws/dynamodb/table";
import type { TypeContext } from "../../aws/resourceType";
import type { Props, StoredResource } from "../store";
import type { World } from "../world";
import { tableType } from "./definition";
import { propsOfCreate, propsOfUpdate, tagsOf, type CreateTableRequest } from "./tableRequests";
import { tableNameOf } from "./writes";

/** Actions that change the account's tables rather than items. */
export const administrationActions = [
    "CreateTable",
    "UpdateTable",
    "DeleteTable",
    "UpdateTimeToLive",
    "TagResource",
    "UntagResource",
    "ListTagsOfResource",
] as const;

export type AdministrationAction = (typeof administrationActions)[number];

export function isAdministration(action: string): action is AdministrationAction {
    return (administrationActions as readonly string[]).includes(action);
}

/**
 * Changes tables as their API asks, under the rules that hold for whoever makes one. The account is
 * changed and nothing else: the data plane follows it.
 *
 * @throws AwsError as DynamoDB would answer
 */
export function administer(
    world: World,
    region: string,
    action: AdministrationAction,
    input: Props,
): Props {
    const name = tableNameOf(input["TableName"] ?? input["ResourceArn"]);
    const context: TypeContext = {
        store: world.store,
        accountId: world.accountId,
        region,
        nowMs: world.clock.now(),
        unique: (length) => "0".repeat(length),
        logicalName: name,
    };
    if (action === "CreateTable") {
        put(context, propsOfCreate(input as unknown as CreateTableRequest), undefined);
        return {};
    }
    const table = world.store.find(
        tableType,
        (one) => one.id === name && (one.region === region || action === "ListTagsOfResource"),
    );
    if (table === undefined) {
        throw new AwsError(
            "ResourceNotFoundException",
            `Requested resource not found: Table: ${name} not found`,
        );
    }
    const tags = (table.inputs["tags"] ?? {}) as Readonly<Record<string, string>>;
    switch (action) {
        case "UpdateTable":
            put(context, propsOfUpdate(table.inputs, input), table);
            return {};
        case "DeleteTable":
            tableResource.refuseDelete?.(table.outputs, context);
            world.store.delete(tableType, region, table.id);
            return {};
        case "UpdateTimeToLive": {
            const { AttributeName, Enabled } = input["TimeToLiveSpecification"] as {
                AttributeName: string;
                Enabled: boolean;
            };
            const ttl = { attributeName: AttributeName, enabled: Enabled };
            put(context, { ...table.inputs, ttl }, table);
            return { TimeToLiveSpecification: { AttributeName, Enabled } };
        }
        case "TagResource":
            put(context, { ...table.inputs, tags: { ...tags, ...tagsOf(input["Tags"]) } }, table);
            return {};
        case "UntagResource": {
            const keys = input["TagKeys"] as readonly string[];
            const kept = Object.entries(tags).filter(([key]) => !keys.includes(key));
            put(context, { ...table.inputs, tags: Object.fromEntries(kept) }, table);
            return {};
        }
        case "ListTagsOfResource":
            return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    }
}

function put(context: TypeContext, inputs: Props, current: StoredResource | undefined): void {
    const problem = tableResource.check?.(inputs)[0];
    if (problem !== undefined) {
        throw new AwsError("ValidationException", `${problem.property}: ${problem.reason}`);
    }
    tableResource.admit?.(inputs, context, outputsWithId(current));
    const { id, outputs } = tableResource.compute(inputs, context, outputsWithId(current));
    context.store.put({ type: tableType, region: context.region, id, inputs, outputs });
}

/** What tells a table from another one is its id. */
function outputsWithId(current: StoredResource | undefined): Props | undefined {
    return current === undefined ? undefined : { ...current.outputs, id: current.id };
}
