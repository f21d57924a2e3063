import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";

import { eventRetentionHours, eventShards } from "./eventStream";
import { handlerBundle, type HandlerName } from "./handlerBundle";
import { createLateAlarm } from "./lateAlarm";

export interface StreamFunctionArgs {
    readonly handler: HandlerName;
    /** Physical name, `meridian-...`. */
    readonly functionName: string;
    readonly description: string;
    readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
    readonly streamArn: pulumi.Input<string>;
    readonly roleArn: pulumi.Input<string>;
    readonly logGroupName: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
    /** Told of what Lambda gives up. */
    readonly deadLetterArn: pulumi.Input<string>;
    readonly alarmTopicArn: pulumi.Input<string>;
}

/** Batches of a shard that run at a time; a partition key is always in the same one. */
const batchesPerShard = 2;
/** Seconds that events gather in. They are for people and counts, and a batch costs what a single one does. */
const windowSeconds = 20;
/** An event that is older was given up for good while the stream still has it, for a day: long enough to send it again. */
const mostAgeSeconds = (eventRetentionHours - 24) * 3600;

/**
 * A function that works a stream off, with a position of its own: whatever keeps it from its work keeps
 * nobody else, and it goes on from there. It retries for as long as the stream remembers: its errors are
 * those of what it calls, and a count of retries would give up on a region for a bad quarter of an hour.
 * A batch that fails is split, so that one bad event is not many.
 *
 * Its concurrency is its own, so that one that hangs takes no other one's, nor the account's.
 */
export class StreamFunction extends pulumi.ComponentResource {
    readonly functionName: pulumi.Output<string>;

    constructor(name: string, args: StreamFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:StreamFunction", name, {}, opts);

        const own = new lambda.Function(
            name,
            {
                name: args.functionName,
                description: args.description,
                runtime: "nodejs24.x",
                architectures: ["arm64"],
                code: handlerBundle(args.handler),
                handler: "index.handler",
                role: args.roleArn,
                timeout: 60,
                memorySize: 256,
                reservedConcurrentExecutions: eventShards * batchesPerShard,
                environment: { variables: { ...args.environment } },
                kmsKeyArn: args.keyArn,
                // JSON would wrap what the handler prints, and CloudWatch would find no metrics in it.
                loggingConfig: { logFormat: "Text", logGroup: args.logGroupName },
            },
            { parent: this },
        );
        new lambda.EventSourceMapping(
            name,
            {
                eventSourceArn: args.streamArn,
                functionName: own.name,
                startingPosition: "TRIM_HORIZON",
                batchSize: 100,
                maximumBatchingWindowInSeconds: windowSeconds,
                parallelizationFactor: batchesPerShard,
                bisectBatchOnFunctionError: true,
                functionResponseTypes: ["ReportBatchItemFailures"],
                maximumRetryAttempts: -1,
                maximumRecordAgeInSeconds: mostAgeSeconds,
                destinationConfig: { onFailure: { destinationArn: args.deadLetterArn } },
            },
            { parent: this },
        );
        createLateAlarm(
            name,
            {
                functionName: own.name,
                alarmName: args.functionName.replace(/^meridian-/, ""),
                alarmTopicArn: args.alarmTopicArn,
            },
            this,
        );

        this.functionName = own.name;
        this.registerOutputs({ functionName: this.functionName });
    }
}
