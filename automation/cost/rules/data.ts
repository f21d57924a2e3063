import {
    gigabytes,
    hoursPerMonth,
    listOf,
    millions,
    numberOf,
    textOf,
    type CostContext,
    type CostRule,
    type Line,
} from "../pricedResource";

/**
 * A table that spans regions takes the storefront's use, every write in every region; any other is
 * bookkeeping. An index takes every write once more.
 */
const table: CostRule = ({ properties }, context) => {
    const replicas = listOf(properties, "replicas").map((one) => textOf(one, "regionName"));
    const spans = replicas.length > 0;
    const copies = [context.region, ...replicas];
    const { usage } = context;
    const writes = spans
        ? (usage.requests * usage.writePercent * usage.writeUnitsPerWrite) / 100
        : usage.sideTableRequests;
    const reads = spans
        ? (usage.requests * (100 - usage.writePercent) * usage.readUnitsPerRead) / 100
        : usage.sideTableRequests;
    const size = spans ? usage.tableGigabytes : 0;
    const indexes = listOf(properties, "globalSecondaryIndexes").length;
    return [
        ...copies.flatMap((region): Line[] => [
            ...throughput(properties, region, {
                writes: writes * (1 + indexes),
                reads: reads / copies.length,
            }),
            { price: "table-storage", quantity: size * (1 + indexes), region },
            { price: "table-recovery", quantity: size, region },
        ]),
        ...(spans ? replication(context, copies) : []),
    ];
};

function throughput(
    properties: Readonly<Record<string, unknown>>,
    region: string,
    { writes, reads }: { readonly writes: number; readonly reads: number },
): Line[] {
    if (textOf(properties, "billingMode") === "PAY_PER_REQUEST") {
        return [
            { price: "table-write", quantity: millions(writes), region },
            { price: "table-read", quantity: millions(reads), region },
        ];
    }
    const capacity = (name: string): number => numberOf(properties, name, 1) * hoursPerMonth;
    return [
        {
            price: "table-write-capacity",
            quantity: capacity("writeCapacity"),
            region,
            standing: true,
        },
        {
            price: "table-read-capacity",
            quantity: capacity("readCapacity"),
            region,
            standing: true,
        },
    ];
}

/** Each region's share of the writes leaves it for every other one. */
function replication({ usage }: CostContext, copies: readonly string[]): Line[] {
    const written = gigabytes((usage.requests * usage.writePercent) / 100, usage.writeKilobytes);
    return copies.map((region) => ({
        price: "transfer-region",
        quantity: (written / copies.length) * (copies.length - 1),
        region,
    }));
}

/** A replica that is a resource of its own; its capacity is the table's. */
const tableReplica: CostRule = (_, { usage, region, neighbours }) => {
    const owner = neighbours.find(({ type }) => type === "aws:dynamodb/table:Table");
    return [
        ...throughput(owner?.properties ?? {}, region, { writes: 0, reads: 0 }),
        { price: "table-storage", quantity: usage.tableGigabytes },
        { price: "table-recovery", quantity: usage.tableGigabytes },
    ];
};

/** A daily rule holds as many whole backups of the storefront's table as it keeps days. */
const backupPlan: CostRule = ({ properties }, { usage }) =>
    listOf(properties, "rules").map((rule) => ({
        price: "table-backup",
        quantity:
            usage.tableGigabytes *
            numberOf((rule["lifecycle"] ?? {}) as Record<string, unknown>, "deleteAfter", 1),
    }));

const bucket: CostRule = (resource, { usage, region }) =>
    // Votes are a few bytes; what reads them is billed with the health checks.
    isVotes(resource.urn)
        ? []
        : [
              { price: "bucket-storage", quantity: usage.bucketGigabytes, region },
              { price: "bucket-writes", quantity: usage.bucketWrites / 1000, region },
          ];

const replicationRules: CostRule = ({ properties }, { usage }) =>
    listOf(properties, "rules").flatMap((rule): Line[] => {
        const destination = (rule["destination"] ?? {}) as Record<string, unknown>;
        return [
            { price: "transfer-region", quantity: usage.bucketGigabytes },
            ...(destination["replicationTime"] === undefined
                ? []
                : [
                      {
                          price: "bucket-replication-time-control",
                          quantity: usage.bucketGigabytes,
                      },
                  ]),
        ];
    });

/** Billed by the node. A secondary of a global datastore says nothing of its nodes: they are its primary's. */
const cacheNodes: CostRule = ({ type, properties }, { neighbours }) => [
    {
        price: `cache-node:${
            [{ type, properties }, ...neighbours]
                .filter((each) => each.type === type)
                .map((each) => textOf(each.properties, "nodeType"))
                .find((nodeType) => nodeType !== "") ?? ""
        }`,
        quantity:
            Math.max(
                numberOf(properties, "numCacheClusters", 1),
                numberOf(properties, "numNodeGroups", 1) *
                    (1 + numberOf(properties, "replicasPerNodeGroup", 0)),
            ) * hoursPerMonth,
        standing: true,
    },
];

const stream: CostRule = ({ properties }) => {
    const mode = (properties["streamModeDetails"] ?? {}) as Record<string, unknown>;
    return mode["streamMode"] === "ON_DEMAND"
        ? [{ price: "stream-on-demand", quantity: hoursPerMonth }]
        : [
              {
                  price: "stream-shard",
                  quantity: numberOf(properties, "shardCount", 1) * hoursPerMonth,
              },
          ];
};

/** Whether the resource is a part of a region's votes. */
export function isVotes(urn: string): boolean {
    return urn.includes("meridian:components:Votes$");
}

/** What keeps data. */
export const dataRules: Readonly<Record<string, CostRule>> = {
    "aws:backup/plan:Plan": backupPlan,
    "aws:dynamodb/table:Table": table,
    "aws:dynamodb/tableReplica:TableReplica": tableReplica,
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": replicationRules,
    "aws:elasticache/replicationGroup:ReplicationGroup": cacheNodes,
    "aws:kinesis/stream:Stream": stream,
    "aws:rds/cluster:Cluster": (_, { usage }) => [
        { price: "aurora-storage", quantity: usage.databaseGigabytes },
        { price: "aurora-io", quantity: millions(usage.databaseInputOutputs) },
    ],
    "aws:rds/clusterInstance:ClusterInstance": ({ properties }) => [
        {
            price: `aurora-instance:${textOf(properties, "instanceClass")}`,
            quantity: hoursPerMonth,
            standing: true,
        },
    ],
    "aws:secretsmanager/secret:Secret": ({ properties }) => [
        { price: "secret", quantity: 1 + listOf(properties, "replicas").length },
    ],
};
