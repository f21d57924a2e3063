import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { awsClient } from "../awsClient";
import { HybridClock } from "../consistency/hybridClock";
import { Caller } from "../store/calls/caller";
import { systemClock } from "../store/calls/clock";
import { Replica } from "../store/calls/replica";
import { MalformedStateError } from "../store/codec/fields";
import type { AttributeMap } from "../store/codec/itemSize";
import { ConflictResolver } from "../store/conflicts/conflictResolver";
import { CorruptItemError, OversizedItemError, UnknownKindError } from "../store/errors";
import { Leases } from "../store/homes/leases";
import { OwnerRecords } from "../store/homes/ownerRecord";
import { defaultLeaseTimes } from "../store/homes/votes";
import { isTake, parseTake, Takes } from "../store/items/takes";
import { ConflictReport } from "./conflictReport";
import { DeadLetters } from "./deadLetters";
import { readConflictDetectorEnvironment, type ConflictDetectorEnvironment } from "./environment";
import type { BatchResponse } from "./streamRecords";
import {
    readChange,
    UnreadableRecordError,
    type TableEvent,
    type TableRecord,
} from "./tableRecords";

/** Items whose changes are judged at the same time. */
const atOnce = 8;
/** How far another region's clock may be ahead, milliseconds: further, and the record waits until it is not. */
const maxAheadMs = 60_000;
/** An image that is longer stays out of a dead letter, which has room for 256 KiB. */
const mostImageBytes = 100 * 1024;

/** How long this region's word on a home is good for, milliseconds: one read serves a batch. */
const wordMs = 5000;

/** What no repetition mends. */
const poison = [
    CorruptItemError,
    MalformedStateError,
    OversizedItemError,
    UnknownKindError,
    UnreadableRecordError,
] as const;

let resolver: ConflictResolver | undefined;
let takes: Takes | undefined;
let deadLetters: DeadLetters | undefined;

/**
 * Judges every change of this region's copy of the table, in the order of each item: finds what was
 * overwritten unseen, records it, and has the item come after both versions. What cannot be done now is
 * reported, and Lambda brings it again together with what came after; what can never be done goes to the
 * dead letter queue, and holds nobody up.
 */
export async function handler(event: TableEvent): Promise<BatchResponse> {
    const environment = readConflictDetectorEnvironment(process.env);
    if (resolver === undefined || takes === undefined) {
        ({ resolver, takes } = judgesOf(environment));
    }
    const report = new ConflictReport(environment.REGION);
    const failed = new Set<TableRecord>();
    const chains = chainsOf(event.Records);
    const own = { resolver, takes };
    await Promise.all(
        Array.from({ length: atOnce }, async () => {
            for (let chain = chains.shift(); chain !== undefined; chain = chains.shift()) {
                await workOff(chain, environment, own, report, failed);
            }
        }),
    );
    report.print(Date.now());
    return {
        batchItemFailures: event.Records.filter((record) => failed.has(record)).map(
            ({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber }),
        ),
    };
}

/** Records by item, each in order. */
function chainsOf(records: readonly TableRecord[]): TableRecord[][] {
    const chains = new Map<string, TableRecord[]>();
    for (const record of records) {
        const key = JSON.stringify(record.dynamodb.Keys ?? record.eventID);
        chains.set(key, [...(chains.get(key) ?? []), record]);
    }
    return [...chains.values()];
}

async function workOff(
    chain: readonly TableRecord[],
    environment: ConflictDetectorEnvironment,
    own: Judges,
    report: ConflictReport,
    failed: Set<TableRecord>,
): Promise<void> {
    for (const [index, record] of chain.entries()) {
        try {
            await judgeOne(record, environment, own, report);
        } catch (error) {
            console.error(`record ${record.eventID} was not judged: ${String(error)}`);
            // The rest of the item's changes would overtake this one.
            chain.slice(index).forEach((left) => failed.add(left));
            return;
        }
    }
}

async function judgeOne(
    record: TableRecord,
    environment: ConflictDetectorEnvironment,
    own: Judges,
    report: ConflictReport,
): Promise<void> {
    try {
        const change = readChange(record);
        if (isTake(change.after ?? change.before)) {
            await settle(change.after, own.takes, report);
            return;
        }
        const { verdict } = await own.resolver.resolve(change, (conflict) =>
            report.recorded(conflict),
        );
        if (verdict === "unversioned") {
            report.unversioned();
        }
    } catch (error) {
        if (!poison.some((one) => error instanceof one)) {
            throw error;
        }
        deadLetters ??= new DeadLetters(environment.DEAD_LETTER_QUEUE_URL, environment.REGION);
        const { Keys, OldImage, NewImage } = record.dynamodb;
        await deadLetters.send({
            reason: String(error),
            eventId: record.eventID,
            keys: Keys,
            oldImage: brief(OldImage),
            newImage: brief(NewImage),
        });
        report.quarantined(record.eventID, error);
    }
}

/** Has a name take stock once that took it in several regions. Looks at it wherever a take is written or arrives. */
async function settle(
    item: AttributeMap | undefined,
    takes: Takes,
    report: ConflictReport,
): Promise<void> {
    if (item === undefined) {
        // Its time was over.
        return;
    }
    const { key, name, state } = parseTake(item);
    if (state === "returned") {
        return;
    }
    const settled = await takes.settle(key, name);
    if (typeof settled !== "string") {
        throw new Error(
            `the take ${name} of ${key.pk} was not settled: ${"reason" in settled ? settled.reason : settled.kind}`,
        );
    }
    if (settled === "returned") {
        report.returned(name, key);
    }
}

function brief(image: unknown): unknown {
    const bytes = Buffer.byteLength(JSON.stringify(image ?? null));
    return bytes <= mostImageBytes ? image : `left out, as it has ${bytes} bytes`;
}

interface Judges {
    readonly resolver: ConflictResolver;
    readonly takes: Takes;
}

function judgesOf({ REGION, REGIONS, TABLE_NAME }: ConflictDetectorEnvironment): Judges {
    const caller = new Caller(systemClock, Math.random);
    const replicas = new Map(
        [REGION, ...REGIONS.filter((region) => region !== REGION)].map(
            (region): [string, Replica] => [
                region,
                new Replica(
                    region,
                    TABLE_NAME,
                    // Once, because `Caller` repeats, and has to know of every attempt.
                    new DynamoDBClient(
                        awsClient(region, { connectMs: 500, answerMs: 1000, attempts: 1 }),
                    ),
                ),
            ],
        ),
    );
    const records = [...replicas.values()].map((replica) => new OwnerRecords(replica, caller));
    const hybrid = new HybridClock({ physicalMs: () => Date.now(), maxAheadMs });
    const shared = { replicas, caller, clock: systemClock, hybrid };
    return {
        resolver: new ConflictResolver({
            ...shared,
            region: REGION,
            leases: new Leases({ records, clock: systemClock, times: defaultLeaseTimes }),
            ownerRecord: remembered(async (home) => records[0]?.read(home)),
        }),
        takes: new Takes(shared, REGION),
    };
}

/** Asks again only after a while, or when there was no answer. */
function remembered<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
    const known = new Map<string, { readonly askedMs: number; readonly answer: Promise<T> }>();
    return (name) => {
        const last = known.get(name);
        if (last !== undefined && Date.now() - last.askedMs < wordMs) {
            return last.answer;
        }
        const answer = ask(name);
        known.set(name, { askedMs: Date.now(), answer });
        answer.catch(() => known.delete(name));
        return answer;
    };
}
