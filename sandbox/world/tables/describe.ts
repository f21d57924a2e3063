import { AwsError } from "../../aws/awsError";
import type { TableStream } from "../../aws/dynamodb/tableStream";
import { metered, type Throughput } from "./capacity/throughput";
import type { Replica } from "./replica";

type Output = Readonly<Record<string, unknown>>;

interface ReplicaOutput {
    readonly regionName: string;
    readonly arn?: string;
    readonly kmsKeyArn?: string;
}

/** A `DescribeTable` answer with what the account knows beyond the engine: replicas, keys, streams, protection. */
export function describeTable(
    answer: Output,
    replica: Replica | undefined,
    accountId: string,
    throughput: Throughput,
    stream: TableStream | undefined,
): Output {
    if (replica === undefined) {
        return answer;
    }
    const { definition, region } = replica;
    const outputs = definition.resource.outputs;
    const others = definition.regions.filter((other) => other !== region);
    const replicas = (outputs["replicas"] ?? []) as readonly ReplicaOutput[];
    const sse = outputs["serverSideEncryption"] as
        { readonly enabled?: boolean; readonly kmsKeyArn?: string } | undefined;
    const keyArn = (where: string): string | undefined =>
        where === definition.home
            ? sse?.kmsKeyArn
            : replicas.find((one) => one.regionName === where)?.kmsKeyArn;
    const table = answer["Table"] as Output;
    return {
        Table: {
            ...table,
            ...capacityOf(table, definition.name, region, throughput),
            TableArn: `arn:aws:dynamodb:${region}:${accountId}:table/${definition.name}`,
            ItemCount: replica.entries().filter((entry) => entry.image !== undefined).length,
            DeletionProtectionEnabled: outputs["deletionProtectionEnabled"] === true,
            ...(stream !== undefined
                ? {
                      LatestStreamArn: stream.arn,
                      LatestStreamLabel: stream.arn.split("/stream/").pop(),
                      StreamSpecification: {
                          StreamEnabled: true,
                          StreamViewType: stream.viewType,
                      },
                  }
                : {}),
            ...(sse?.enabled === true
                ? {
                      SSEDescription: {
                          Status: "ENABLED",
                          SSEType: "KMS",
                          KMSMasterKeyArn: keyArn(region),
                      },
                  }
                : {}),
            ...(others.length > 0
                ? {
                      GlobalTableVersion: "2019.11.21",
                      Replicas: others.map((other) => ({
                          RegionName: other,
                          ReplicaStatus: "ACTIVE",
                          KMSMasterKeyId: keyArn(other),
                      })),
                  }
                : {}),
        },
    };
}

/** Provisioned units of the table and its indexes, in this region; nothing on demand. */
function capacityOf(table: Output, name: string, region: string, throughput: Throughput): Output {
    const of = (index?: string): Output => {
        const units = throughput.provisioned(metered(region, name, index));
        return units === undefined
            ? {}
            : {
                  ProvisionedThroughput: {
                      NumberOfDecreasesToday: 0,
                      ReadCapacityUnits: units.read,
                      WriteCapacityUnits: units.write,
                  },
              };
    };
    if (throughput.provisioned(metered(region, name)) === undefined) {
        return {};
    }
    const indexes = (table["GlobalSecondaryIndexes"] ?? []) as readonly Output[];
    return {
        BillingModeSummary: { BillingMode: "PROVISIONED" },
        ...of(),
        ...(indexes.length === 0
            ? {}
            : {
                  GlobalSecondaryIndexes: indexes.map((index) => ({
                      ...index,
                      ...of(String(index["IndexName"])),
                  })),
              }),
    };
}

/** A `DescribeTimeToLive` answer. */
export function describeTimeToLive(replica: Replica | undefined, table: string): Output {
    if (replica === undefined) {
        throw new AwsError(
            "ResourceNotFoundException",
            `Requested resource not found: Table: ${table} not found`,
        );
    }
    const { ttlAttribute } = replica.definition;
    return {
        TimeToLiveDescription:
            ttlAttribute === undefined
                ? { TimeToLiveStatus: "DISABLED" }
                : { TimeToLiveStatus: "ENABLED", AttributeName: ttlAttribute },
    };
}
