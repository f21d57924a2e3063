import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";

import { awsClient, type Patience } from "../awsClient";
import { encodeEvent, type DomainEvent } from "./event";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const mostRecords = 500;
/** An event takes a few hundred bytes: 500 of them stay far below the 5 MiB that any stream takes at once. */

/** What became of events: those that the stream has, and those that it does not have yet, in their order. */
export interface PutOutcome {
    readonly stored: readonly DomainEvent[];
    readonly failed: readonly DomainEvent[];
    /** Why the first of them failed. */
    readonly reason?: Error;
}

/** One region's stream of events, for writing. */
export class EventStream {
    readonly #client: KinesisClient;

    constructor(
        private readonly name: string,
        region: string,
        patience: Patience,
    ) {
        const { requestHandler, ...client } = awsClient(region, patience);
        this.#client = new KinesisClient({
            ...client,
            // The client's own default is HTTP/2, for subscriptions that nobody makes here: over it a
            // connection to a lost region would take every request in flight with it.
            requestHandler: new NodeHttpHandler(requestHandler),
        });
    }

    /**
     * Writes events in the order of each entity: an event goes only when the one before it is stored,
     * because PutRecords may take a later record of a request and refuse an earlier one. Never throws.
     */
    async put(events: readonly DomainEvent[]): Promise<PutOutcome> {
        const stored = new Set<DomainEvent>();
        let waiting = [...events];
        let reason: Error | undefined;
        while (waiting.length > 0 && reason === undefined) {
            const wave = firstOfEach(waiting).slice(0, mostRecords);
            try {
                const { Records = [] } = await this.#client.send(
                    new PutRecordsCommand({
                        StreamName: this.name,
                        Records: wave.map((event) => ({
                            PartitionKey: event.entity,
                            Data: encodeEvent(event),
                        })),
                    }),
                );
                wave.forEach((event, index) => {
                    const { ErrorCode, ErrorMessage } = Records[index] ?? {};
                    if (ErrorCode === undefined) {
                        stored.add(event);
                    } else {
                        reason ??= new Error(`${ErrorCode}: ${ErrorMessage}`);
                    }
                });
            } catch (error) {
                reason = error instanceof Error ? error : new Error("the call failed");
            }
            waiting = waiting.filter((event) => !stored.has(event));
        }
        return {
            stored: events.filter((event) => stored.has(event)),
            failed: waiting,
            ...(reason === undefined ? {} : { reason }),
        };
    }

    close(): void {
        this.#client.destroy();
    }
}

/** The first event of every entity, in order. */
function firstOfEach(events: readonly DomainEvent[]): readonly DomainEvent[] {
    const seen = new Set<string>();
    return events.filter(({ entity }) => !seen.has(entity) && seen.add(entity));
}
