import * as pulumi from "@pulumi/pulumi";

import { decisionsTableName } from "./decider";
import { activityTableName } from "./eventNames";
import type { AlarmThresholds, RegionAlarms } from "./regionAlarms";
import { RegionComposites } from "./regionComposites";
import { RegionDashboard } from "./regionDashboard";
import { TableAlarms } from "./tableAlarms";
import { TableBackup } from "./tableBackup";

const backupDays = 35;

export interface RegionOverviewArgs {
    readonly region: string;
    readonly accountId: string;
    /** The other regions. */
    readonly peers: readonly string[];
    readonly tableName: string;
    readonly tableIndexes: readonly string[];
    readonly minimumTasks: number;
    readonly alarms: RegionAlarms;
    readonly thresholds: AlarmThresholds;
    readonly loadBalancerArnSuffix: pulumi.Input<string>;
    readonly targetGroupArnSuffix: pulumi.Input<string>;
    readonly backupKeyArn: pulumi.Input<string>;
    readonly topicArn: pulumi.Input<string>;
    /** Keeps backups from being deleted. */
    readonly deletionProtection: boolean;
}

/**
 * One answer and one page for whoever has to judge a region, with what guards its tables: its copy of the
 * global one is another stack's, and guarded here all the same.
 */
export class RegionOverview extends pulumi.ComponentResource {
    constructor(name: string, args: RegionOverviewArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:RegionOverview", name, {}, opts);
        const parent = { parent: this };

        new TableBackup(
            `${name}-backup`,
            {
                ...args,
                tableNames: [args.tableName, activityTableName, decisionsTableName],
                keyArn: args.backupKeyArn,
                retentionDays: backupDays,
            },
            parent,
        );
        const table = new TableAlarms(
            `${name}-table`,
            {
                region: args.region,
                tableName: args.tableName,
                indexNames: args.tableIndexes,
                receivers: args.peers,
                replicationSeconds: args.thresholds.replicationSeconds,
                topicArn: args.topicArn,
            },
            parent,
        );
        const parts = {
            userFacing: args.alarms.userFacing,
            healthyHosts: args.alarms.healthyHosts,
            silence: args.alarms.silence,
            throttles: table.throttles,
            replication: Object.values(table.replication),
        };
        const composites = new RegionComposites(
            `${name}-composites`,
            { region: args.region, ...parts, topicArn: args.topicArn },
            parent,
        );
        new RegionDashboard(
            `${name}-dashboard`,
            {
                ...args,
                ...args.thresholds,
                others: args.peers,
                alarms: [
                    composites.impaired,
                    composites.dataAtRisk,
                    ...Object.values(parts).flat(),
                ],
            },
            parent,
        );

        this.registerOutputs();
    }
}
