import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";

/** What a region's stack has made ready. */
export interface DetectorRegion {
    readonly region: string;
    /** Stream of the region's copy of the table. */
    readonly streamArn: pulumi.Input<string>;
    /** Judges its changes. */
    readonly functionName: pulumi.Input<string>;
    /** Told of what Lambda gives up. */
    readonly deadLetterArn: pulumi.Input<string>;
}

export interface ConflictDetectionArgs {
    readonly regions: readonly DetectorRegion[];
}

/** Seconds that changes gather in: a session whose write lost waits for no more than this. */
const windowSeconds = 5;
/** A stream remembers for 24 hours. What is given up then is there for another hour, to be read by hand. */
const mostAgeSeconds = 23 * 3600;
/** Batches of a shard that run at a time; an item is always in the same one. */
const batchesPerShard = 2;

/**
 * Items of the store have a version, and takes of stock are told by their kind; what else is in the table cannot
 * be judged, and costs nothing.
 */
const judged = [
    { NewImage: { version: { S: [{ exists: true }] } } },
    { OldImage: { version: { S: [{ exists: true }] } } },
    { NewImage: { kind: { S: ["take"] } } },
].map((dynamodb) => ({ pattern: JSON.stringify({ dynamodb }) }));

/**
 * Has every region's conflict detector read the stream of its region's copy of the table.
 *
 * It belongs to the table's stack and not to the regions': a mapping needs the stream, which is there once
 * the table is, after the regions; and it goes with the table, whose stream is another one when the table
 * is made anew. An evacuation changes nothing in it. It costs one call to each region's Lambda when it is
 * made, and none afterwards.
 *
 * The detectors are one reader of each stream; DynamoDB advises one for a global table's, beside
 * replication itself.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#limits-dynamodb-streams
 */
export class ConflictDetection extends pulumi.ComponentResource {
    /** Of the mappings, by region. */
    readonly mappings: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: ConflictDetectionArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:ConflictDetection", name, {}, opts);

        this.mappings = Object.fromEntries(
            [...args.regions]
                .sort((a, b) => (a.region < b.region ? -1 : 1))
                .map((one) => [one.region, this.createMapping(`${name}-${one.region}`, one)]),
        );

        this.registerOutputs({ mappings: this.mappings });
    }

    private createMapping(
        name: string,
        { region, streamArn, functionName, deadLetterArn }: DetectorRegion,
    ): pulumi.Output<string> {
        return new lambda.EventSourceMapping(
            name,
            {
                region,
                eventSourceArn: streamArn,
                functionName,
                startingPosition: "TRIM_HORIZON",
                batchSize: 500,
                maximumBatchingWindowInSeconds: windowSeconds,
                parallelizationFactor: batchesPerShard,
                bisectBatchOnFunctionError: true,
                functionResponseTypes: ["ReportBatchItemFailures"],
                // What is failing is what it calls, such as a region that cannot be reached.
                maximumRetryAttempts: -1,
                maximumRecordAgeInSeconds: mostAgeSeconds,
                destinationConfig: { onFailure: { destinationArn: deadLetterArn } },
                filterCriteria: { filters: judged },
            },
            { parent: this },
        ).id;
    }
}
