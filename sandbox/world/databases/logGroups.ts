import { arnOf } from "../../aws/rds/members";
import { texts } from "../../aws/support/known";
import type { Store, StoredResource } from "../store";

const logGroupType = "aws:cloudwatch/logGroup:LogGroup";

/**
 * The groups that a cluster's exported logs go to. Aurora makes those that are not there when it begins to
 * send: kept for ever, and under no key of the account's.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.CloudWatch.Publishing.html
 */
export function openLogGroups(store: Store, cluster: StoredResource): void {
    for (const log of texts(cluster.outputs, "enabledCloudwatchLogsExports")) {
        const id = `/aws/rds/cluster/${cluster.id}/${log}`;
        if (store.get(logGroupType, cluster.region, id) === undefined) {
            const [, , , , account] = arnOf(cluster).split(":");
            const made = { name: id, retentionInDays: 0, skipDestroy: false };
            store.put({
                type: logGroupType,
                region: cluster.region,
                id,
                inputs: made,
                outputs: {
                    ...made,
                    id,
                    region: cluster.region,
                    arn: `arn:aws:logs:${cluster.region}:${account}:log-group:${id}`,
                    deletionProtectionEnabled: false,
                    logGroupClass: "STANDARD",
                },
            });
        }
    }
}
