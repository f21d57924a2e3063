import { MalformedEventError, type DomainEvent } from "../events/event";
import { ActivityStore, mostEvents } from "./activityStore";
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

/** Transactions at the same time. */
const atOnce = 8;

let store: ActivityStore | undefined;
let deadLetters: DeadLetters | undefined;

/** What one run did, by region of origin. */
class Tally {
    readonly applied = new Map<string, DomainEvent[]>();
    readonly duplicates = new Map<string, DomainEvent[]>();
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
    const activity = (store ??= new ActivityStore(environment.ACTIVITY_TABLE, environment.REGION));
    const tally = new Tally();
    const failed = new Set<StreamRecord>();
    const records = readRecords(event);
    const groups = groupsOf(chainsOf(records));
    await Promise.all([
        quarantineAll(records, environment, tally, failed),
        ...Array.from({ length: atOnce }, async () => {
            for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
                await workOff(group, activity, tally, failed);
            }
        }),
    ]);
    report(environment, tally);
    return batchResponse(event.Records.filter((record) => failed.has(record)));
}

/** An event, and what brought it. */
interface Delivered {
    readonly record: StreamRecord;
    readonly event: DomainEvent;
}

/** Events by entity, each in order. */
function chainsOf(records: readonly ReadRecord[]): Delivered[][] {
    const chains = new Map<string, Delivered[]>();
    for (const { record, event } of records) {
        if (event instanceof MalformedEventError) {
            continue;
        }
        const chain = chains.get(event.entity);
        if (chain === undefined) {
            chains.set(event.entity, [{ record, event }]);
        } else {
            chain.push({ record, event });
        }
    }
    return [...chains.values()];
}

function groupsOf(chains: readonly Delivered[][]): Delivered[][][] {
    const groups: Delivered[][][] = [];
    for (let at = 0; at < chains.length; at += mostEvents) {
        groups.push(chains.slice(at, at + mostEvents));
    }
    return groups;
}

/** Applies the first event of every chain together, then the second, and so on. */
async function workOff(
    group: readonly Delivered[][],
    activity: ActivityStore,
    tally: Tally,
    failed: Set<StreamRecord>,
): Promise<void> {
    let chains = group;
    while (chains.length > 0) {
        const heads = firstOfEachOrder(chains);
        const outcome = await activity.apply(
            heads.map(([head]) => (head as Delivered).event),
            Date.now(),
        );
        for (const chain of heads) {
            const { record, event } = chain[0] as Delivered;
            const error = outcome.failed.get(event);
            if (error === undefined) {
                chain.shift();
                continue;
            }
            console.error(`record ${record.eventID} was not applied: ${String(error)}`);
            // The rest of the entity's events would overtake this one.
            chain.splice(0).forEach((left) => failed.add(left.record));
        }
        outcome.applied.forEach((event) => count(tally.applied, event));
        outcome.duplicates.forEach((event) => count(tally.duplicates, event));
        chains = chains.filter((chain) => chain.length > 0);
    }
}

/** A transaction changes an item once. Whether an entity is the order that its event names is its sender's word. */
function firstOfEachOrder(chains: readonly Delivered[][]): readonly Delivered[][] {
    const orders = new Set<string>();
    return chains.filter(([head]) => {
        const { orderId } = (head as Delivered).event.data;
        return !orders.has(orderId) && orders.add(orderId);
    });
}

function count(byOrigin: Map<string, DomainEvent[]>, event: DomainEvent): void {
    const events = byOrigin.get(event.origin);
    if (events === undefined) {
        byOrigin.set(event.origin, [event]);
    } else {
        events.push(event);
    }
}

async function quarantineAll(
    records: readonly ReadRecord[],
    environment: ConsumerEnvironment,
    tally: Tally,
    failed: Set<StreamRecord>,
): Promise<void> {
    for (const { record, event } of records) {
        if (!(event instanceof MalformedEventError)) {
            continue;
        }
        try {
            await quarantine(environment, record, event.message);
            tally.quarantined++;
        } catch (error) {
            console.error(`record ${record.eventID} was not put aside: ${String(error)}`);
            failed.add(record);
        }
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
    for (const [origin, events] of tally.duplicates) {
        line("DuplicatesDiscarded", "Count", events.length, { OriginRegion: origin });
    }
    if (tally.quarantined > 0) {
        line("EventsQuarantined", "Count", tally.quarantined, {});
    }
}
