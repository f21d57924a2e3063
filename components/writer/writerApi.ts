import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
    DescribeDBClustersCommand,
    DescribeGlobalClustersCommand,
    FailoverGlobalClusterCommand,
    RDSClient,
    SwitchoverGlobalClusterCommand,
} from "@aws-sdk/client-rds";

import type { Observed, WriterInputs } from "./desiredWriter";

/** What the provider asks of AWS. */
export interface WriterApi {
    /** @throws Error when no region that is asked answers */
    observe(inputs: WriterInputs): Promise<Observed>;
    /** Whether a region's cluster answers and is available. */
    answers(inputs: WriterInputs, region: string): Promise<boolean>;
    /** Seconds that a region is behind the writer; undefined when nobody can tell. */
    lagSeconds(inputs: WriterInputs, region: string, source: string): Promise<number | undefined>;
    switchover(inputs: WriterInputs): Promise<void>;
    failover(inputs: WriterInputs): Promise<void>;
}

/** Most milliseconds for a connection and for an answer: a lost region must not hold up a failover. */
const patience = { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true };
const minuteMs = 60_000;

/** How long ago a lag may have been measured, and how far this machine's clock may be behind, minutes. */
const windowMinutes = { past: 10, ahead: 720 };

/** RDS and CloudWatch. Every call goes to a region that is not the one in trouble, as far as there is a choice. */
export class AwsWriterApi implements WriterApi {
    async observe(inputs: WriterInputs): Promise<Observed> {
        const regions = regionsToAsk(inputs);
        let failure: unknown;
        for (const region of regions) {
            try {
                return await this.#describe(inputs, region);
            } catch (error) {
                failure = error;
            }
        }
        throw new Error(
            `the roles of the global cluster ${inputs.globalClusterIdentifier} must be known, and RDS did not answer in ${regions.join(" or ")}: ${messageOf(failure)}; try again when it does`,
            { cause: failure },
        );
    }

    async answers(inputs: WriterInputs, region: string): Promise<boolean> {
        try {
            const { DBClusters } = await rds(region).send(
                new DescribeDBClustersCommand({
                    DBClusterIdentifier: inputs.clusterIdentifiers[region],
                }),
            );
            return DBClusters?.[0]?.Status === "available";
        } catch {
            return false;
        }
    }

    /** @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html */
    async lagSeconds(
        inputs: WriterInputs,
        region: string,
        source: string,
    ): Promise<number | undefined> {
        const nowMs = Date.now();
        try {
            const client = new CloudWatchClient({
                region,
                maxAttempts: 2,
                requestHandler: patience,
            });
            const { Datapoints } = await client.send(
                new GetMetricStatisticsCommand({
                    Namespace: "AWS/RDS",
                    MetricName: "AuroraGlobalDBReplicationLag",
                    Dimensions: [
                        {
                            Name: "DBClusterIdentifier",
                            Value: inputs.clusterIdentifiers[region] ?? "",
                        },
                        { Name: "SourceRegion", Value: source },
                    ],
                    StartTime: new Date(nowMs - windowMinutes.past * minuteMs),
                    EndTime: new Date(nowMs + windowMinutes.ahead * minuteMs),
                    Period: 60,
                    Statistics: ["Maximum"],
                }),
            );
            const [latest] = [...(Datapoints ?? [])].sort(
                (a, b) => (b.Timestamp?.getTime() ?? 0) - (a.Timestamp?.getTime() ?? 0),
            );
            return latest?.Maximum === undefined ? undefined : Math.round(latest.Maximum) / 1000;
        } catch {
            return undefined;
        }
    }

    async switchover(inputs: WriterInputs): Promise<void> {
        await rds(inputs.writer).send(
            new SwitchoverGlobalClusterCommand({
                GlobalClusterIdentifier: inputs.globalClusterIdentifier,
                TargetDbClusterIdentifier: inputs.members[inputs.writer],
            }),
        );
    }

    async failover(inputs: WriterInputs): Promise<void> {
        await rds(inputs.writer).send(
            new FailoverGlobalClusterCommand({
                GlobalClusterIdentifier: inputs.globalClusterIdentifier,
                TargetDbClusterIdentifier: inputs.members[inputs.writer],
                AllowDataLoss: true,
            }),
        );
    }

    async #describe(inputs: WriterInputs, region: string): Promise<Observed> {
        const { GlobalClusters } = await rds(region).send(
            new DescribeGlobalClustersCommand({
                GlobalClusterIdentifier: inputs.globalClusterIdentifier,
            }),
        );
        const global = GlobalClusters?.[0];
        const members = global?.GlobalClusterMembers ?? [];
        const regionOf = (arn: string | undefined): string | undefined =>
            Object.entries(inputs.members).find(([, member]) => member === arn)?.[0];
        return {
            writer: regionOf(members.find(({ IsWriter }) => IsWriter === true)?.DBClusterArn),
            changing: global?.Status !== "available" || global.FailoverState !== undefined,
            connected: members.flatMap(({ DBClusterArn, SynchronizationStatus }) =>
                SynchronizationStatus === "pending-resync" ? [] : (regionOf(DBClusterArn) ?? []),
            ),
        };
    }
}

/**
 * The wanted writer's region and one more, those in service first. Every region knows the roles; to ask
 * more than two would only keep somebody waiting who must act.
 */
export function regionsToAsk(inputs: WriterInputs): readonly string[] {
    const { writer, members, outOfService } = inputs;
    const all = [...new Set([writer, ...Object.keys(members).sort()])];
    const isOut = (region: string): boolean => outOfService.includes(region);
    return [...all.filter((region) => !isOut(region)), ...all.filter(isOut)].slice(0, 2);
}

function rds(region: string): RDSClient {
    return new RDSClient({ region, maxAttempts: 1, requestHandler: patience });
}

export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
