import { ownReplicas, tableType } from "../../aws/dynamodb/replicas";
import type { Store, StoredResource } from "../store";
import type { Units } from "./capacity/throughput";

export { tableType };

/** A global secondary index, as far as its capacity needs it. */
export interface IndexDefinition {
    readonly name: string;
    readonly keyAttributes: readonly string[];
    /** Units of its home; undefined on demand. */
    readonly provisioned: Units | undefined;
}

/** What the account says about a table, as far as its data plane needs it. */
export interface TableDefinition {
    readonly name: string;
    /** Region of the resource itself. */
    readonly home: string;
    /** Every region that holds the table, the home first. */
    readonly regions: readonly string[];
    readonly keyAttributes: readonly string[];
    /** Attribute whose epoch seconds expire an item. */
    readonly ttlAttribute: string | undefined;
    /** Units of its home; undefined on demand. */
    readonly provisioned: Units | undefined;
    readonly indexes: readonly IndexDefinition[];
    readonly resource: StoredResource;
}

interface IndexInput {
    readonly name: string;
    readonly hashKey?: string;
    readonly rangeKey?: string;
    readonly projectionType?: string;
    readonly nonKeyAttributes?: readonly string[];
    readonly readCapacity?: number;
    readonly writeCapacity?: number;
}

interface TableProps {
    readonly name: string;
    readonly billingMode?: string;
    readonly readCapacity?: number;
    readonly writeCapacity?: number;
    readonly hashKey: string;
    readonly rangeKey?: string;
    readonly attributes?: readonly { readonly name: string; readonly type: string }[];
    readonly globalSecondaryIndexes?: readonly IndexInput[];
    readonly localSecondaryIndexes?: readonly IndexInput[];
    readonly replicas?: readonly { readonly regionName: string }[];
    readonly ttl?: { readonly attributeName?: string; readonly enabled?: boolean };
}

/** The table as the account has it, with the replicas that are resources of their own. */
export function tableDefinition(resource: StoredResource, store: Store): TableDefinition {
    const props = resource.outputs as unknown as TableProps;
    const units = (of: TableProps | IndexInput): Units | undefined =>
        props.billingMode === "PROVISIONED"
            ? { read: of.readCapacity ?? 1, write: of.writeCapacity ?? 1 }
            : undefined;
    return {
        name: props.name,
        home: resource.region,
        regions: [
            ...new Set([
                resource.region,
                ...(props.replicas ?? []).map((replica) => replica.regionName),
                ...ownReplicas(store, props.name, resource.region).map(({ region }) => region),
            ]),
        ],
        keyAttributes: props.rangeKey ? [props.hashKey, props.rangeKey] : [props.hashKey],
        ttlAttribute: props.ttl?.enabled ? props.ttl.attributeName : undefined,
        provisioned: units(props),
        indexes: (props.globalSecondaryIndexes ?? []).map((index) => ({
            name: index.name,
            keyAttributes: [index.hashKey, index.rangeKey].filter((key) => key !== undefined),
            provisioned: units(index),
        })),
        resource,
    };
}

/** The `CreateTable` call that makes the table; the engine knows nothing of capacity, so it is on demand. */
export function createTableInput(definition: TableDefinition): Record<string, unknown> {
    const props = definition.resource.outputs as unknown as TableProps;
    return {
        TableName: props.name,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: (props.attributes ?? []).map(({ name, type }) => ({
            AttributeName: name,
            AttributeType: type,
        })),
        KeySchema: keySchema(props.hashKey, props.rangeKey),
        ...indexes("GlobalSecondaryIndexes", props.globalSecondaryIndexes, undefined),
        ...indexes("LocalSecondaryIndexes", props.localSecondaryIndexes, props.hashKey),
    };
}

/** The `UpdateTable` calls that turn one definition's global indexes into another's, one each as DynamoDB wants. */
export function indexUpdates(
    from: TableDefinition,
    to: TableDefinition,
): readonly Record<string, unknown>[] {
    const before = globalIndexes(from);
    const after = globalIndexes(to);
    const { AttributeDefinitions } = createTableInput(to);
    const changed = (name: string): boolean =>
        JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name));
    return [
        ...[...before.keys()].filter(changed).map((IndexName) => ({ Delete: { IndexName } })),
        ...[...after.entries()]
            .filter(([name]) => changed(name))
            .map(([, index]) => ({ Create: index })),
    ].map((update) => ({
        TableName: to.name,
        AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [update],
    }));
}

function globalIndexes(definition: TableDefinition): ReadonlyMap<string, unknown> {
    const list = (createTableInput(definition)["GlobalSecondaryIndexes"] ?? []) as {
        IndexName: string;
    }[];
    return new Map(list.map((index) => [index.IndexName, index]));
}

function indexes(
    property: string,
    list: readonly IndexInput[] | undefined,
    hashKey: string | undefined,
): Record<string, unknown> {
    return list === undefined || list.length === 0
        ? {}
        : {
              [property]: list.map((index) => ({
                  IndexName: index.name,
                  KeySchema: keySchema(hashKey ?? index.hashKey ?? "", index.rangeKey),
                  Projection: {
                      ProjectionType: index.projectionType ?? "ALL",
                      ...(index.projectionType === "INCLUDE"
                          ? { NonKeyAttributes: index.nonKeyAttributes ?? [] }
                          : {}),
                  },
              })),
          };
}

function keySchema(hashKey: string, rangeKey: string | undefined): unknown[] {
    return [
        { AttributeName: hashKey, KeyType: "HASH" },
        ...(rangeKey ? [{ AttributeName: rangeKey, KeyType: "RANGE" }] : []),
    ];
}
