import * as dynamodb from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";

import { refuseProblems } from "./errors";
import { globalTableProblems, keyRegionProblem } from "./globalTableProblems";
import { ProvisionedReplicas } from "./provisionedReplicas";
import { readScalingIn, type TableCapacity } from "./tableCapacity";
import { TableInsights } from "./tableInsights";

/** One region's copy of the table. */
export interface ReplicaArgs {
    readonly region: string;
    /** Customer-managed key of that region: a key is of no use outside its own. */
    readonly kmsKeyArn: pulumi.Input<string>;
}

export interface TableKey {
    readonly name: string;
    readonly type: "S" | "N" | "B";
}

export interface TableIndex {
    readonly name: string;
    readonly hashKey: TableKey;
    readonly rangeKey?: TableKey;
    /** Attributes that the index holds beside the keys; `KEYS_ONLY` for none. */
    readonly projection: "ALL" | "KEYS_ONLY" | { readonly include: readonly string[] };
}

export interface GlobalTableArgs {
    readonly tableName: string;
    readonly hashKey: TableKey;
    readonly rangeKey?: TableKey;
    readonly indexes: readonly TableIndex[];
    /** Attribute with the second of the epoch after which DynamoDB deletes an item. @default none */
    readonly ttlAttribute?: string;
    /** Region whose control plane owns the table's settings. It has a copy like every other region. */
    readonly home: ReplicaArgs;
    /** The other regions. */
    readonly replicas: readonly ReplicaArgs[];
    /** Chosen when the table is made: see `TableCapacity`. */
    readonly capacity: TableCapacity;
    readonly deletionProtection: boolean;
}

/**
 * Not the table's to change: replicas of their own, and capacity that autoscaling moves. The indexes'
 * capacity is missing here on purpose, because Pulumi refuses to ignore a part of a list that grows:
 * no index could ever be added. It goes back to its minimum in an update after a refresh.
 */
const managedElsewhere = ["replicas", "readCapacity", "writeCapacity"];

/**
 * A DynamoDB global table (version 2019.11.21): one copy per region, each encrypted with that region's
 * own key, with point-in-time recovery and deletion protection. Eventually consistent between regions:
 * strong consistency takes three regions of one continent, so a table that spans them cannot have it.
 * What a lost region had not yet replicated (usually under a second of writes) appears when it returns.
 *
 * Refuses what AWS refuses of replicas, before anything is created.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
export class GlobalTable extends pulumi.ComponentResource {
    readonly tableName: pulumi.Output<string>;
    readonly tableArn: pulumi.Output<string>;
    readonly #streamIn: (region: string) => pulumi.Output<string>;

    constructor(name: string, args: GlobalTableArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:GlobalTable", name, {}, opts);
        refuseProblems(`global table ${args.tableName}`, globalTableProblems(args), this);

        const table = new dynamodb.Table(name, this.tableArgs(args), {
            parent: this,
            protect: args.deletionProtection,
            ignoreChanges: args.capacity.kind === "provisioned" ? managedElsewhere : [],
        });
        const copies =
            args.capacity.kind === "provisioned"
                ? this.createReplicas(name, table, args, args.capacity).tableNames
                : Object.fromEntries(args.replicas.map(({ region }) => [region, table.name]));
        new TableInsights(
            `${name}-insights`,
            { tableNames: { [args.home.region]: table.name, ...copies } },
            { parent: this },
        );

        this.tableName = table.name;
        this.tableArn = table.arn;
        this.#streamIn = (region) =>
            region === args.home.region
                ? table.streamArn
                : args.capacity.kind === "provisioned"
                  ? streamOfReplica(copies[region] ?? table.name, region, this)
                  : streamInside(table, region);
        this.registerOutputs({ tableName: this.tableName, tableArn: this.tableArn });
    }

    /**
     * The stream of a region's copy. With provisioned capacity this is a lookup in that region, on every
     * update: a replica that is a resource of its own does not tell its stream.
     */
    streamArnIn(region: string): pulumi.Output<string> {
        return this.#streamIn(region);
    }

    private createReplicas(
        name: string,
        table: dynamodb.Table,
        args: GlobalTableArgs,
        capacity: Extract<TableCapacity, { kind: "provisioned" }>,
    ): ProvisionedReplicas {
        return new ProvisionedReplicas(
            `${name}-replicas`,
            {
                tableName: args.tableName,
                tableArn: table.arn,
                homeRegion: args.home.region,
                replicas: args.replicas.map((replica) => ({
                    ...replica,
                    kmsKeyArn: checkedKey(replica, this),
                })),
                indexNames: args.indexes.map((index) => index.name),
                capacity,
                deletionProtection: args.deletionProtection,
            },
            { parent: this },
        );
    }

    private tableArgs(args: GlobalTableArgs): dynamodb.TableArgs {
        const provisioned = args.capacity.kind === "provisioned" ? args.capacity : undefined;
        const units =
            provisioned === undefined
                ? {}
                : {
                      readCapacity: readScalingIn(args.home.region, provisioned).minimum,
                      writeCapacity: provisioned.write.minimum,
                  };
        const keys = [
            args.hashKey,
            ...(args.rangeKey === undefined ? [] : [args.rangeKey]),
            ...args.indexes.flatMap((index) => [
                index.hashKey,
                ...(index.rangeKey === undefined ? [] : [index.rangeKey]),
            ]),
        ];
        return {
            name: args.tableName,
            region: args.home.region,
            hashKey: args.hashKey.name,
            ...(args.rangeKey === undefined ? {} : { rangeKey: args.rangeKey.name }),
            attributes: [...new Map(keys.map((key) => [key.name, key])).values()].sort((a, b) =>
                a.name < b.name ? -1 : 1,
            ),
            globalSecondaryIndexes: args.indexes.map((index) => ({
                ...indexArgs(index),
                ...units,
            })),
            billingMode: provisioned === undefined ? "PAY_PER_REQUEST" : "PROVISIONED",
            ...units,
            ...(args.ttlAttribute === undefined
                ? {}
                : { ttl: { enabled: true, attributeName: args.ttlAttribute } }),
            // Replication reads them.
            streamEnabled: true,
            streamViewType: "NEW_AND_OLD_IMAGES",
            serverSideEncryption: { enabled: true, kmsKeyArn: checkedKey(args.home, this) },
            pointInTimeRecovery: { enabled: true },
            deletionProtectionEnabled: args.deletionProtection,
            ...(provisioned === undefined
                ? {
                      replicas: byRegion(args.replicas).map((replica) => ({
                          regionName: replica.region,
                          kmsKeyArn: checkedKey(replica, this),
                          // Off by default, and not inherited from the table.
                          pointInTimeRecovery: true,
                          deletionProtectionEnabled: args.deletionProtection,
                          propagateTags: true,
                      })),
                  }
                : {}),
        };
    }
}

function indexArgs(index: TableIndex) {
    const { projection } = index;
    return {
        name: index.name,
        hashKey: index.hashKey.name,
        ...(index.rangeKey === undefined ? {} : { rangeKey: index.rangeKey.name }),
        ...(typeof projection === "string"
            ? { projectionType: projection }
            : { projectionType: "INCLUDE", nonKeyAttributes: [...projection.include].sort() }),
    };
}

/** The key's ARN, once it is known to be one of the replica's region: a wrong one never reaches AWS. */
function checkedKey(replica: ReplicaArgs, table: pulumi.Resource): pulumi.Output<string> {
    return pulumi.output(replica.kmsKeyArn).apply((arn) => {
        refuseProblems("global table", keyRegionProblem(replica.region, arn), table);
        return arn;
    });
}

function streamInside(table: dynamodb.Table, region: string): pulumi.Output<string> {
    return pulumi.all([table.replicas, table.streamArn]).apply(
        ([replicas, home]) =>
            replicas?.find(({ regionName }) => regionName === region)?.streamArn ??
            // In the preview of a new copy, which has no stream yet.
            `${home}`.replace(/^(arn:aws:dynamodb:)[^:]+/, `$1${region}`),
    );
}

function streamOfReplica(
    name: pulumi.Input<string>,
    region: string,
    parent: pulumi.Resource,
): pulumi.Output<string> {
    return dynamodb.getTableOutput({ name, region }, { parent }).streamArn;
}

function byRegion(replicas: readonly ReplicaArgs[]): readonly ReplicaArgs[] {
    return [...replicas].sort((a, b) => (a.region < b.region ? -1 : 1));
}
