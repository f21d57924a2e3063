import { MalformedEventError, type DomainEvent } from "../events/event";
import { ActivityStore } from "./activityStore";
import { DeadLetters } from "./deadLetters";
import { embeddedMetric } from "./embeddedMetric";
import { readConsumerEnvironment, type ConsumerEnvironment } from "./environment";
import {
    batchResponse,
    readRecords,
    type BatchResponse,
    type ReadRecord,
    type StreamEvent,
    type StreamRecord,
} from "./streamRecords";

/** Entities whose events are applied at the same time. */
const atOnce = 8;

let store: ActivityStore | undefined;
let deadLetters: DeadLetters | undefined;

/** What one run did, by region of origin. */
class Tally {
    readonly applied = new Map<string, DomainEvent[]>();
    readonly duplicates = new Map<string, number>();
    quarantined = 0;
}

/**
 * Applies the events of this region's stream, its own and those of the other regions, once each and in
 * the order of each entity. What cannot be applied now is reported, and Lambda brings it again together
 * with what came after; what can never be applied goes to the dead letter queue, data and reason, and
 * holds nobody up.
 */
export async function handler(event: StreamEvent): Promise<BatchResponse> {
    const environment = readConsumerEnvironment(process.env);
    store ??= new ActivityStore(environment.ACTIVITY_TABLE, environment.REGION);
    const tally = new Tally();
    const chains = chainsOf(readRecords(event));
    const failed = new Set<StreamRecord>();
    await Promise.all(
        Array.from({ length: atOnce }, async () => {
            for (let chain = chains.shift(); chain !== undefined; chain = chains.shift()) {
                await workOff(chain, environment, tally, failed);
            }
        }),
    );
    report(environment, tally);
    return batchResponse(event.Records.filter((record) => failed.has(record)));
}

/** Records by entity, each in order; what is no event is a chain of its own. */
function chainsOf(records: readonly ReadRecord[]): ReadRecord[][] {
    const chains = new Map<string, ReadRecord[]>();
    for (const read of records) {
        const key =
            read.event instanceof MalformedEventError
                ? `malformed ${read.record.eventID}`
                : read.event.entity;
        const chain = chains.get(key) ?? [];
        chain.push(read);
        chains.set(key, chain);
    }
    return [...chains.values()];
}

async function workOff(
    chain: readonly ReadRecord[],
    environment: ConsumerEnvironment,
    tally: Tally,
    failed: Set<StreamRecord>,
): Promise<void> {
    for (const [index, { record, event }] of chain.entries()) {
        try {
            if (event instanceof MalformedEventError) {
                await quarantine(environment, record, event.message);
                tally.quarantined++;
            } else {
                await apply(event, tally);
            }
        } catch (error) {
            console.error(`record ${record.eventID} was not applied: ${String(error)}`);
            // The rest of the entity's events would overtake this one.
            chain.slice(index).forEach((left) => failed.add(left.record));
            return;
        }
    }
}

async function apply(event: DomainEvent, tally: Tally): Promise<void> {
    const outcome = await store?.apply(event, Date.now());
    if (outcome === "applied") {
        const applied = tally.applied.get(event.origin) ?? [];
        tally.applied.set(event.origin, [...applied, event]);
    } else {
        tally.duplicates.set(event.origin, (tally.duplicates.get(event.origin) ?? 0) + 1);
    }
}

async function quarantine(
    environment: ConsumerEnvironment,
    record: StreamRecord,
    reason: string,
): Promise<void> {
    deadLetters ??= new DeadLetters(environment.DEAD_LETTER_QUEUE_URL, environment.REGION);
    await deadLetters.send({ reason, eventId: record.eventID, data: record.kinesis.data });
}

function report(environment: ConsumerEnvironment, tally: Tally): void {
    const atMs = Date.now();
    const line = (
        metric: string,
        unit: "Count" | "Seconds",
        value: number,
        dimensions: Readonly<Record<string, string>>,
    ): void =>
        console.log(
            embeddedMetric({
                atMs,
                namespace: "Meridian/Events",
                metric,
                unit,
                value,
                dimensions: { ...dimensions, Region: environment.REGION },
            }),
        );
    for (const [origin, events] of tally.applied) {
        const oldest = Math.min(...events.map(({ at }) => Date.parse(at)));
        line("EventsApplied", "Count", events.length, { OriginRegion: origin });
        line("EventLag", "Seconds", Math.max(0, atMs - oldest) / 1000, { OriginRegion: origin });
    }
    for (const [origin, count] of tally.duplicates) {
        line("DuplicatesDiscarded", "Count", count, { OriginRegion: origin });
    }
    if (tally.quarantined > 0) {
        line("EventsQuarantined", "Count", tally.quarantined, {});
    }
}
