import type { AttributeMap } from "../codec/itemSize";
import type { Key } from "../keys";
import { storedKey } from "../stored";
import { UnavailableError, type Caller } from "./caller";
import { sleep, type StoreClock } from "./clock";
import type { Replica } from "./replica";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
export const mostBatchKeys = 100;

/** What a region has of some keys, and which of them it did not get to. */
export class Batch {
    constructor(
        private readonly items: ReadonlyMap<string, AttributeMap>,
        private readonly left: ReadonlySet<string>,
        /** Why it did not get to all of them. */
        readonly reason: string,
    ) {}

    /** Undefined when there is none, or it is missing. */
    item(key: Key): AttributeMap | undefined {
        return this.items.get(textOf(key));
    }

    /** Nobody can say whether there is one. */
    isMissing(key: Key): boolean {
        return this.left.has(textOf(key));
    }
}

/** Reads what a replica has of any number of keys, in any order, eventually consistent. */
export async function batchGet(
    caller: Caller,
    clock: StoreClock,
    replica: Replica,
    keys: readonly Key[],
): Promise<Batch> {
    const { region } = replica;
    const deadlineMs = caller.deadline();
    const items = new Map<string, AttributeMap>();
    // One key twice in a batch is refused.
    let left = [...new Map(keys.map((key) => [textOf(key), key])).values()];
    let reason = "";
    for (let made = 1; left.length > 0;) {
        try {
            const now = left.slice(0, mostBatchKeys);
            const answer = await caller.call(
                region,
                (signal) => replica.batchGet(now, false, signal),
                deadlineMs,
            );
            answer.items.forEach((item) => items.set(textOf(storedKey(item)), item));
            left = [...answer.left, ...left.slice(mostBatchKeys)];
            if (answer.left.length === 0) {
                made = 1;
                continue;
            }
        } catch (error) {
            if (!(error instanceof UnavailableError)) {
                throw error;
            }
            reason = error.message;
            break;
        }
        reason = `${region} has no capacity for it`;
        const waitMs = caller.backoffMs(made++);
        if (made > caller.limits.attempts || clock.now() + waitMs >= deadlineMs) {
            break;
        }
        await sleep(clock, waitMs);
    }
    return new Batch(items, new Set(left.map(textOf)), reason);
}

function textOf(key: Key): string {
    return JSON.stringify([key.pk, key.sk]);
}
