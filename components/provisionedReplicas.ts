import * as dynamodb from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";

import type { ReplicaArgs } from "./globalTable";
import { readScalingIn, type TableCapacity } from "./tableCapacity";
import { TableScaling } from "./tableScaling";

export interface ProvisionedReplicasArgs {
    readonly tableName: string;
    readonly tableArn: pulumi.Input<string>;
    readonly homeRegion: string;
    readonly replicas: readonly ReplicaArgs[];
    readonly indexNames: readonly string[];
    readonly capacity: Extract<TableCapacity, { kind: "provisioned" }>;
    readonly deletionProtection: boolean;
}

/**
 * The copies of a table with provisioned throughput, and what scales them. AWS takes a replica only of
 * a table whose writes scale, so the replicas come after the home's scaling and cannot be part of the
 * table itself. Write scaling is set once, at home: DynamoDB carries it to every replica.
 */
export class ProvisionedReplicas extends pulumi.ComponentResource {
    /** By region; each known once the copy is there. */
    readonly tableNames: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(
        name: string,
        args: ProvisionedReplicasArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("meridian:components:ProvisionedReplicas", name, {}, opts);

        const { capacity } = args;
        const home = new TableScaling(
            `${name}-home`,
            {
                tableName: args.tableName,
                tableArn: args.tableArn,
                region: args.homeRegion,
                indexNames: args.indexNames,
                read: readScalingIn(args.homeRegion, capacity),
                write: capacity.write,
            },
            { parent: this },
        );
        const tableNames: Record<string, pulumi.Output<string>> = {};
        for (const { region, kmsKeyArn } of args.replicas) {
            const replica = new dynamodb.TableReplica(
                `${name}-${region}`,
                {
                    globalTableArn: args.tableArn,
                    region,
                    kmsKeyArn,
                    pointInTimeRecovery: true,
                    deletionProtectionEnabled: args.deletionProtection,
                },
                { parent: this, dependsOn: home, protect: args.deletionProtection },
            );
            tableNames[region] = replica.arn.apply(() => args.tableName);
            new TableScaling(
                `${name}-${region}-scaling`,
                {
                    tableName: args.tableName,
                    tableArn: replica.arn,
                    region,
                    indexNames: args.indexNames,
                    read: readScalingIn(region, capacity),
                },
                { parent: this },
            );
        }

        this.tableNames = tableNames;
        this.registerOutputs({ tableNames: this.tableNames });
    }
}
