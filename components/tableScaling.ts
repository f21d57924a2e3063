import * as appautoscaling from "@pulumi/aws/appautoscaling";
import * as pulumi from "@pulumi/pulumi";

import type { Scaling } from "./tableCapacity";

export interface TableScalingArgs {
    readonly tableName: string;
    /** Waited for: scaling is registered for a table that exists. */
    readonly tableArn: pulumi.Input<string>;
    readonly region: string;
    /** Indexes scale as their table does. */
    readonly indexNames: readonly string[];
    readonly read: Scaling;
    /** Only where the table's settings live. @default writes are not scaled from here */
    readonly write?: Scaling;
}

/** Autoscaling of one region's copy of a table, and of its indexes, by how much of it is in use. */
export class TableScaling extends pulumi.ComponentResource {
    constructor(name: string, args: TableScalingArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:TableScaling", name, {}, opts);

        this.scale(name, "table", `table/${args.tableName}`, args);
        for (const index of args.indexNames) {
            this.scale(`${name}-${index}`, "index", `table/${args.tableName}/index/${index}`, args);
        }

        this.registerOutputs();
    }

    private scale(
        name: string,
        kind: "table" | "index",
        resourcePath: string,
        args: TableScalingArgs,
    ): void {
        const resourceId = pulumi.output(args.tableArn).apply(() => resourcePath);
        for (const [direction, scaling] of [
            ["Read", args.read],
            ["Write", args.write],
        ] as const) {
            if (scaling === undefined) {
                continue;
            }
            const childName = `${name}-${direction.toLowerCase()}`;
            const target = new appautoscaling.Target(
                childName,
                {
                    region: args.region,
                    serviceNamespace: "dynamodb",
                    scalableDimension: `dynamodb:${kind}:${direction}CapacityUnits`,
                    resourceId,
                    minCapacity: scaling.minimum,
                    maxCapacity: scaling.maximum,
                },
                { parent: this },
            );
            new appautoscaling.Policy(
                childName,
                {
                    region: args.region,
                    name: `meridian-${kind}-${direction.toLowerCase()}`,
                    policyType: "TargetTrackingScaling",
                    serviceNamespace: target.serviceNamespace,
                    scalableDimension: target.scalableDimension,
                    resourceId: target.resourceId,
                    targetTrackingScalingPolicyConfiguration: {
                        targetValue: scaling.targetPercent,
                        predefinedMetricSpecification: {
                            predefinedMetricType: `DynamoDB${direction}CapacityUtilization`,
                        },
                    },
                },
                { parent: this },
            );
        }
    }
}
