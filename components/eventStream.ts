import * as kinesis from "@pulumi/aws/kinesis";
import * as pulumi from "@pulumi/pulumi";

import { eventStreamName } from "./eventNames";

export interface EventStreamArgs {
    readonly dataKeyArn: pulumi.Input<string>;
    readonly deletionProtection: boolean;
}

/**
 * Shards of every region's stream, each for 1,000 records and 1 MiB a second. A stream carries the events
 * of all regions at any time: the loss of a region does not change what the others have to carry.
 */
export const eventShards = 1;

/** How long a stream keeps events: a region that was lost for less can be caught up from the others. */
export const eventRetentionHours = 7 * 24;

/** A region's stream of events, its own and those of the other regions. */
export function createEventStream(
    name: string,
    args: EventStreamArgs,
    opts: pulumi.CustomResourceOptions,
): kinesis.Stream {
    return new kinesis.Stream(
        name,
        {
            name: eventStreamName,
            shardCount: eventShards,
            streamModeDetails: { streamMode: "PROVISIONED" },
            retentionPeriod: eventRetentionHours,
            encryptionType: "KMS",
            kmsKeyId: args.dataKeyArn,
            shardLevelMetrics: [
                "IncomingBytes",
                "IncomingRecords",
                "IteratorAgeMilliseconds",
                "ReadProvisionedThroughputExceeded",
                "WriteProvisionedThroughputExceeded",
            ],
        },
        { ...opts, protect: args.deletionProtection },
    );
}
