import { MalformedEventError, type DomainEvent } from "../events/event";
import { EventStream } from "../events/eventStream";
import { embeddedMetric } from "./embeddedMetric";
import { readReplicatorEnvironment, type ReplicatorEnvironment } from "./environment";
import {
    batchResponse,
    readRecords,
    type BatchResponse,
    type StreamEvent,
    type StreamRecord,
} from "./streamRecords";

/** Shorter than anything else waits: a target that hangs must not hold a batch for long. */
const patience = { connectMs: 1000, answerMs: 1500, attempts: 1 } as const;

let stream: EventStream | undefined;

/**
 * Copies the events of this region to one other region's stream. One function per target: a target that
 * is lost fails its own mapping, which waits and catches up from its own checkpoint, and nothing else.
 *
 * Only events whose origin is this region go: the target's stream carries what others sent as well, and
 * every origin sends for itself, so that no event can come back or go round. What is no event is left to
 * the consumer beside it, which puts it aside.
 */
export async function handler(event: StreamEvent): Promise<BatchResponse> {
    const environment = readReplicatorEnvironment(process.env);
    stream ??= new EventStream(environment.STREAM_NAME, environment.TARGET_REGION, patience);
    const own = new Map<DomainEvent, StreamRecord>();
    for (const { record, event: read } of readRecords(event)) {
        if (!(read instanceof MalformedEventError) && read.origin === environment.REGION) {
            own.set(read, record);
        }
    }
    if (own.size === 0) {
        return batchResponse([]);
    }
    const { stored, failed, reason } = await stream.put([...own.keys()]);
    report(environment, stored.length, reason);
    return batchResponse(failed.flatMap((one) => own.get(one) ?? []));
}

function report(
    environment: ReplicatorEnvironment,
    stored: number,
    reason: Error | undefined,
): void {
    if (reason !== undefined) {
        console.error(
            `not every event reached ${environment.TARGET_REGION}: ${reason.name}: ${reason.message}`,
        );
    }
    console.log(
        embeddedMetric({
            atMs: Date.now(),
            namespace: "Meridian/Events",
            metric: "EventsReplicated",
            unit: "Count",
            value: stored,
            dimensions: { OriginRegion: environment.REGION, Region: environment.TARGET_REGION },
        }),
    );
}
