import {
    CloudWatchClient,
    GetMetricStatisticsCommand,
    ListMetricsCommand,
    type Dimension,
} from "@aws-sdk/client-cloudwatch";
import {
    DescribeDBClustersCommand,
    DescribeGlobalClustersCommand,
    FailoverGlobalClusterCommand,
    RDSClient,
    type RDSClientConfig,
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
    /** @param from region that writes now: it is the one that is asked */
    switchover(inputs: WriterInputs, from: string): Promise<void>;
    /** Asks the region that is to write. */
    failover(inputs: WriterInputs): Promise<void>;
}

/** Most milliseconds for a connection and for an answer: a lost region must not hold up a failover. */
const patience = { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true };
const minuteMs = 60_000;

/** How old the last commit is that a secondary of Aurora PostgreSQL has, milliseconds: what a failover loses. */
const lagMetric = { Namespace: "AWS/RDS", MetricName: "AuroraGlobalDBRPOLag" } as const;

/** How long ago a lag may have been measured, and how far this machine's clock may be behind, minutes. */
const windowMinutes = { past: 10, ahead: 720 };

/**
 * RDS and CloudWatch. Calls go to a region that is not the one in trouble, as far as there is a choice.
 * There is none where the region that writes must hand over: whether it is well, it alone can say, and AWS
 * takes a switchover in its region only.
 */
export class AwsWriterApi implements WriterApi {
    /** @param settings where AWS is, and who asks. @default the environment's */
    constructor(
        private readonly settings: Pick<RDSClientConfig, "credentials" | "endpoint"> = {},
    ) {}

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
            const { DBClusters } = await this.#rds(region).send(
                new DescribeDBClustersCommand({
                    DBClusterIdentifier: inputs.clusterIdentifiers[region],
                }),
            );
            return DBClusters?.[0]?.Status === "available";
        } catch {
            return false;
        }
    }

    /**
     * By which dimensions AWS publishes the metric, its reference does not say: CloudWatch is asked. Of
     * several, the worst counts.
     *
     * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html#aurora-global-database-failover.managed-unplanned
     */
    async lagSeconds(
        inputs: WriterInputs,
        region: string,
        source: string,
    ): Promise<number | undefined> {
        const nowMs = Date.now();
        try {
            const client = new CloudWatchClient({
                ...this.settings,
                region,
                maxAttempts: 2,
                requestHandler: patience,
            });
            const cluster = inputs.clusterIdentifiers[region] ?? "";
            const { Metrics } = await client.send(
                new ListMetricsCommand({
                    ...lagMetric,
                    Dimensions: [{ Name: "DBClusterIdentifier", Value: cluster }],
                }),
            );
            const latest = await Promise.all(
                (Metrics ?? [])
                    .map(({ Dimensions }) => Dimensions ?? [])
                    .filter((dimensions) => isFrom(source, dimensions))
                    .map(async (dimensions) => latestMs(client, dimensions, nowMs)),
            );
            const known = latest.filter((value) => value !== undefined);
            return known.length === 0 ? undefined : Math.round(Math.max(...known)) / 1000;
        } catch {
            return undefined;
        }
    }

    /** @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html#aurora-global-database-disaster-recovery.managed-failover */
    async switchover(inputs: WriterInputs, from: string): Promise<void> {
        await this.#rds(from).send(
            new SwitchoverGlobalClusterCommand({
                GlobalClusterIdentifier: inputs.globalClusterIdentifier,
                TargetDbClusterIdentifier: inputs.members[inputs.writer],
            }),
        );
    }

    async failover(inputs: WriterInputs): Promise<void> {
        await this.#rds(inputs.writer).send(
            new FailoverGlobalClusterCommand({
                GlobalClusterIdentifier: inputs.globalClusterIdentifier,
                TargetDbClusterIdentifier: inputs.members[inputs.writer],
                AllowDataLoss: true,
            }),
        );
    }

    #rds(region: string): RDSClient {
        return new RDSClient({
            ...this.settings,
            region,
            maxAttempts: 1,
            requestHandler: patience,
        });
    }

    async #describe(inputs: WriterInputs, region: string): Promise<Observed> {
        const { GlobalClusters } = await this.#rds(region).send(
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

/** Whether a series tells of copies from this region: where it names a source, of no former one. */
function isFrom(source: string, dimensions: readonly Dimension[]): boolean {
    return dimensions.every(({ Name, Value }) => Name !== "SourceRegion" || Value === source);
}

/** The last value of a series, milliseconds of lag. */
async function latestMs(
    client: CloudWatchClient,
    dimensions: Dimension[],
    nowMs: number,
): Promise<number | undefined> {
    const { Datapoints } = await client.send(
        new GetMetricStatisticsCommand({
            ...lagMetric,
            Dimensions: dimensions,
            StartTime: new Date(nowMs - windowMinutes.past * minuteMs),
            EndTime: new Date(nowMs + windowMinutes.ahead * minuteMs),
            Period: 60,
            Statistics: ["Maximum"],
        }),
    );
    const [latest] = [...(Datapoints ?? [])].sort(
        (a, b) => (b.Timestamp?.getTime() ?? 0) - (a.Timestamp?.getTime() ?? 0),
    );
    return latest?.Maximum;
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

export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
