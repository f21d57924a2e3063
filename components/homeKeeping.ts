import * as pulumi from "@pulumi/pulumi";

import { openTablesElsewhere } from "./conflictPermissions";
import { domainNames } from "./domainNames";
import { FunctionTrigger } from "./functionTrigger";
import { HandlerFunction } from "./handlerFunction";
import type { Statement } from "./policyDocument";
import { openThroughDynamoDb } from "./servicePermissions";

export interface HomeKeepingArgs {
    readonly region: string;
    readonly accountId: string;
    /** Every region that has the table, this one among them. */
    readonly regions: readonly string[];
    readonly domain: string;
    readonly tableName: string;
    /** Encrypts this region's copy of the table. */
    readonly dataKeyArn: pulumi.Input<string>;
    /** For logs and settings. */
    readonly operationsKeyArn: pulumi.Input<string>;
    readonly alarmTopicArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
}

/**
 * Keeps this region's leases on the homes of what has one (`docs/homes.md`): a function that runs all the
 * time, a minute at a time. When it does not, the leases end, what has its home here is read and not written,
 * and an alarm tells.
 */
export class HomeKeeping extends pulumi.ComponentResource {
    readonly functionName: pulumi.Output<string>;

    constructor(name: string, args: HomeKeepingArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:HomeKeeping", name, {}, opts);

        const names = domainNames(args.domain);
        const regions = [...args.regions].sort();
        const keeper = new HandlerFunction(
            name,
            {
                region: args.region,
                accountId: args.accountId,
                handler: "homeKeeper",
                description: "Renews, takes and gives back the region's leases on homes",
                environment: {
                    REGION: args.region,
                    REGIONS: regions.join(","),
                    TABLE_NAME: args.tableName,
                    STATE_NAMES: JSON.stringify(
                        Object.fromEntries(regions.map((region) => [region, names.state(region)])),
                    ),
                },
                // A run lasts 55 s, and its last round may wait for a region that does not answer.
                timeoutSeconds: 75,
                memoryMb: 256,
                keyArn: args.operationsKeyArn,
                logRetentionDays: args.logRetentionDays,
                statements: homeStatements(args),
                // The next run is a minute away.
                retries: 0,
                alarmTopicArn: args.alarmTopicArn,
            },
            { parent: this },
        );
        new FunctionTrigger(
            `${name}-tick`,
            {
                ruleName: "meridian-homes-tick",
                description: "Starts the keeper of homes",
                when: { schedule: "rate(1 minute)" },
                functionArn: keeper.arn,
                functionName: keeper.functionName,
            },
            { parent: this },
        );

        this.functionName = keeper.functionName;
        this.registerOutputs({ functionName: this.functionName });
    }
}

/**
 * Reading and writing the records of who keeps a home, and reading the lists of what was written while it was
 * away, here and in the regions that are asked; and reading the items on those lists.
 */
export function homeStatements(
    args: Pick<HomeKeepingArgs, "region" | "accountId" | "regions" | "tableName" | "dataKeyArn">,
): readonly Statement[] {
    const { region, accountId, tableName } = args;
    const tableIn = (where: string): string =>
        `arn:aws:dynamodb:${where}:${accountId}:table/${tableName}`;
    const others = args.regions.filter((one) => one !== region).sort();
    return [
        {
            Sid: "KeepRecords",
            Effect: "Allow",
            Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
            Resource: [region, ...others].map(tableIn),
            // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
            Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["HOME#*"] } },
        },
        {
            Sid: "CatchUp",
            Effect: "Allow",
            Action: "dynamodb:BatchGetItem",
            Resource: tableIn(region),
        },
        {
            Sid: "ReadWhatOthersWrote",
            Effect: "Allow",
            Action: "dynamodb:GetItem",
            Resource: others.map(tableIn),
        },
        openThroughDynamoDb(region, args.dataKeyArn),
        openTablesElsewhere(accountId, others),
    ];
}
