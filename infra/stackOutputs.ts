import { z } from "zod";

/**
 * What the stacks tell one another and the automation. Written by the producers with `satisfies`,
 * read through the parsers below, which name every missing or malformed output at once.
 */
export const regionOutputsSchema = z.object({
    schemaVersion: z.literal(1),
    region: z.string(),
    loadBalancerArn: z.string(),
    loadBalancerDnsName: z.string(),
    loadBalancerZoneId: z.string(),
    /** The name that leads to this region alone. Absent from a stack that was deployed before it told. */
    originName: z.string().exactOptional(),
    votesBucket: z.string(),
    /** Host that serves the bucket's objects, `<bucket>.s3.<region>.amazonaws.com`. */
    votesHost: z.string(),
    /** What this region says of every other one, as deployed. */
    votes: z.record(z.string(), z.enum(["in-service", "evacuate"])),
    /** ARN of the key for this region's replica of the global table. */
    tableKeyArn: z.string(),
    /** Kinesis stream of the region's events. */
    eventStream: z.string(),
    /** Bucket of product media. */
    mediaBucket: z.string(),
    /** Bucket of archived orders. */
    ordersBucket: z.string(),
    /** ARN of the key that encrypts both. */
    bucketKeyArn: z.string(),
    /** Where the region's cluster of the global database goes, and the key that encrypts it. */
    databaseSubnetGroup: z.string(),
    databaseSecurityGroupId: z.string(),
    databaseParameterGroup: z.string(),
    databaseKeyArn: z.string(),
    /** What the region's cache stands on. */
    cacheSubnetGroup: z.string(),
    cacheSecurityGroupId: z.string(),
    cacheUserGroup: z.string(),
    cacheLogGroup: z.string(),
    /** ARN of the key that encrypts it. */
    cacheKeyArn: z.string(),
    /** ARN of the key that encrypts the region's copy of the keys of receipts, and of the function that rotates them. */
    receiptKeysKeyArn: z.string(),
    receiptKeyRotatorArn: z.string(),
    /** Function that judges the changes of the region's copy of the table, and ARN of the queue of what it cannot. */
    conflictDetector: z.string(),
    conflictDeadLetterArn: z.string(),
    serviceRoleName: z.string(),
    failoverTopicArn: z.string(),
    recoveryTopicArn: z.string(),
    /** Where the region's alarms are published. */
    alarmTopicArn: z.string(),
    decisionsTable: z.string(),
    /** Alarms a user would feel: the drill's clock stops when these are back. */
    userFacingAlarms: z.array(z.string()),
    /** Alarms this region's observer raises about other regions, by observed region. */
    observerAlarms: z.record(z.string(), z.string()),
    minimumTasks: z.number().int(),
    maximumTasks: z.number().int(),
});

export type RegionOutputs = z.infer<typeof regionOutputsSchema>;

export const globalOutputsSchema = z.object({
    schemaVersion: z.literal(1),
    zoneId: z.string(),
    /** The name users ask for. */
    applicationName: z.string(),
    /** The name of what must have one writer. */
    writeName: z.string(),
    /** The name that leads to the accelerator. */
    directName: z.string(),
    /**
     * The name that the catalogue is read at, and CloudFront's id of what serves it. Absent from a stack
     * that was deployed before there was an edge, which must be no reason to refuse a failover.
     */
    browseName: z.string().exactOptional(),
    distributionId: z.string().exactOptional(),
    tableName: z.string(),
    writer: z.string(),
    /**
     * Which region answers for the writer at `writeName` while that one is out of service, and where the
     * writer belongs: another region than `writer` while it is moved. Absent from a stack that was deployed
     * before it told.
     */
    standby: z.string().exactOptional(),
    writerHome: z.string().exactOptional(),
    /** Which caches share a datastore, and which of them takes writes where that is not the writer's. */
    cachePlan: z
        .object({
            datastore: z.array(z.string()),
            primary: z.string().exactOptional(),
            standIn: z.string().exactOptional(),
        })
        .exactOptional(),
    /**
     * The Aurora global cluster whose writer `writer` is, and how the writer came to be where it is; a lag of -1
     * was not known. Absent from a stack that was deployed before there was a database, which must be no reason
     * to refuse a failover.
     */
    globalClusterId: z.string().exactOptional(),
    writerChange: z
        .object({
            kind: z.enum(["none", "adopted", "switchover", "failover"]),
            from: z.string(),
            to: z.string(),
            lagSeconds: z.number(),
        })
        .exactOptional(),
    /**
     * Tasks that run in each region at least, for whoever judges whether the others could carry its users.
     * Absent from a stack that was deployed before it told.
     */
    standingTasks: z.record(z.string(), z.number().int()).exactOptional(),
    /** Percent of a region's own users it serves itself, 0 to 100, by region. */
    shares: z.record(z.string(), z.number().min(0).max(100)),
    /** Percent of the accelerator's connections nearest to a region that it takes, 0 to 100, by region. */
    dials: z.record(z.string(), z.number().min(0).max(100)),
    healthChecks: z.object({
        endpoint: z.record(z.string(), z.string()),
        /** By voting region, then by the region it votes on. */
        vote: z.record(z.string(), z.record(z.string(), z.string())),
        inService: z.record(z.string(), z.string()),
        lever: z.record(z.string(), z.string()),
    }),
});

export type GlobalOutputs = z.infer<typeof globalOutputsSchema>;

/** Thrown when a stack's outputs are not what its readers need; the message lists every problem. */
export class StackOutputsError extends Error {
    override readonly name = "StackOutputsError";
    constructor(
        readonly stackName: string,
        readonly problems: readonly string[],
    ) {
        super(
            `stack ${stackName} does not export what its readers need; deploy it first (pulumi up --stack ${stackName}):\n` +
                problems.map((problem) => `  - ${problem}`).join("\n"),
        );
    }
}

export function parseRegionOutputs(stack: string, outputs: unknown): RegionOutputs {
    return parse(regionOutputsSchema, stack, outputs);
}

export function parseGlobalOutputs(stack: string, outputs: unknown): GlobalOutputs {
    return parse(globalOutputsSchema, stack, outputs);
}

function parse<T>(schema: z.ZodType<T>, stack: string, outputs: unknown): T {
    const result = schema.safeParse(outputs ?? {});
    if (result.success) {
        return result.data;
    }
    throw new StackOutputsError(
        stack,
        result.error.issues.map((issue) => `\`${issue.path.join(".")}\`: ${issue.message}`),
    );
}
