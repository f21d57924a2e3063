import * as dynamodb from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";

export interface TableInsightsArgs {
    /** Name of the copy in each region; known once the copy is there. */
    readonly tableNames: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Shows, in each region, which keys are being throttled: a table that has capacity left and throttles
 * has a hot key, and more capacity will not help it. Only the throttled keys are watched, which costs
 * nothing on a good day. The indexes are not: what they throttle holds up writes of the same keys.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights_HowItWorks.html
 */
export class TableInsights extends pulumi.ComponentResource {
    constructor(name: string, args: TableInsightsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:TableInsights", name, {}, opts);

        for (const [region, tableName] of Object.entries(args.tableNames).sort()) {
            new dynamodb.ContributorInsights(
                `${name}-${region}`,
                { region, tableName, mode: "THROTTLED_KEYS" },
                { parent: this },
            );
        }

        this.registerOutputs();
    }
}
