import { compareTimestamps, formatTimestamp, parseTimestamp } from "../../consistency/hybridClock";
import { compareText } from "../../consistency/replica";
import { sleep } from "../calls/clock";
import { failureKind } from "../calls/failure";
import type { Condition } from "../calls/replica";
import { integerOf, textOf } from "../codec/fields";
import type { AttributeMap } from "../codec/itemSize";
import { CorruptItemError, StoreInputError } from "../errors";
import { checkStoredKey, describeKey, regionalKey, splitRegionalKey, type Key } from "../keys";
import type { Unavailable } from "../results";
import { keyAttributes, storedKey } from "../stored";
import { replicaOf, type StoreContext } from "./context";
import { MergeableItems, nextItem, unavailable, unchanged } from "./mergeableItems";

/** How long a name is remembered, seconds. A repetition after that is a new take. */
export const takeSeconds = 30 * 24 * 3600;

const states = ["held", "returned"] as const;
const namePattern = /^[A-Za-z0-9_.:-]{1,512}$/;

/** What a region took of some stock under a name. */
export interface Take {
    readonly name: string;
    /** Of the stock. */
    readonly key: Key;
    readonly region: string;
    readonly amount: number;
    readonly at: { readonly wallMs: number; readonly logical: number };
    readonly state: (typeof states)[number];
}

/** What became of a take. */
export type Taking =
    | {
          readonly kind: "taken";
          /** Whose share it came out of. */
          readonly region: string;
          /** What was taken under the name; another amount than now if the name was used before. */
          readonly amount: number;
          readonly repeated: boolean;
      }
    | {
          /** The region has not so much of its own. Nothing was taken. */
          readonly kind: "refused";
          readonly available: number;
      }
    | {
          /** It may have been taken. Repeat it under the same name. */
          readonly kind: "unknown";
          readonly reason: string;
      }
    | Unavailable;

/** What becomes of a name that several regions took under. */
export type Settling = "none" | "kept" | "returned";

/**
 * Takes of stock, each once. A region writes its share and a record of the take in one transaction, so that
 * neither is there without the other, and looks for the record first.
 *
 * A repetition in another region that has not heard of the take yet takes there as well, out of that
 * region's own share: nothing is oversold, and nobody waits for a region that may be lost. Once both records
 * are in both regions, everybody knows: the first take stays, by its time and then by its region's name, and
 * each of the others is given back by the region that made it (`settle`).
 */
export class Takes {
    readonly #items: MergeableItems;

    /** @param region whose share is taken from */
    constructor(
        private readonly context: Pick<StoreContext, "replicas" | "caller" | "clock" | "hybrid">,
        private readonly region: string,
    ) {
        this.#items = new MergeableItems(context);
    }

    /** @throws StoreInputError, AmountError, CorruptItemError, OversizedItemError, RemoteClockAheadError */
    async take(key: Key, amount: number, name: string): Promise<Taking> {
        if (!namePattern.test(name)) {
            throw new StoreInputError(
                `the name of a take cannot be ${JSON.stringify(name)}: use 1 to 512 of A-Z, a-z, 0-9, "_", ".", ":" and "-"`,
            );
        }
        // Before anything is asked, because a question can be too long as well.
        checkStoredKey(`the take ${name}`, regionalKey(takeKey(key, name), this.region));
        return this.#repeat<Taking>(async (deadlineMs) => {
            const takes = await this.#takesOf(key, name, deadlineMs);
            const held = takes.find(({ state }) => state === "held");
            if (held !== undefined) {
                const { region, amount: taken } = held;
                return { kind: "taken", region, amount: taken, repeated: true };
            }
            const next = await this.#next(key, { op: "take", amount }, name, deadlineMs);
            if (next.kind === "refused") {
                return { kind: "refused", available: next.available };
            }
            const { at } = next;
            const take: Take = { name, key, region: this.region, amount, at, state: "held" };
            const isNew = { ConditionExpression: "attribute_not_exists(pk)" };
            await next.write(serialiseTake(take), isNew);
            return { kind: "taken", region: this.region, amount, repeated: false };
        });
    }

    /** Gives back what this region took under a name, if another one was first. @throws as `take` */
    async settle(key: Key, name: string): Promise<Settling | Exclude<Taking, { kind: "taken" }>> {
        return this.#repeat<Settling | Exclude<Taking, { kind: "taken" }>>(async (deadlineMs) => {
            const takes = await this.#takesOf(key, name, deadlineMs);
            const own = takes.find(({ region }) => region === this.region);
            const [first] = [...takes].sort(
                (a, b) => compareTimestamps(a.at, b.at) || compareText(a.region, b.region),
            );
            if (own?.state !== "held") {
                return "none";
            }
            if (first === own) {
                return "kept";
            }
            const grant = { op: "grant", amount: own.amount } as const;
            const next = await this.#next(key, grant, `${name}/returned`, deadlineMs);
            if (next.kind === "refused") {
                return { kind: "refused", available: next.available };
            }
            await next.write(serialiseTake({ ...own, state: "returned" }), {
                ConditionExpression: "#state = :held",
                ExpressionAttributeNames: { "#state": "state" },
                ExpressionAttributeValues: { ":held": { S: "held" } },
            });
            return "returned";
        });
    }

    /** Once more, as long as somebody else was first and there is time. */
    async #repeat<T>(
        attempt: (deadlineMs: number) => Promise<T>,
    ): Promise<T | Exclude<Taking, { kind: "taken" | "refused" }>> {
        const { caller, clock } = this.context;
        const deadlineMs = caller.deadline();
        for (let made = 1; ; made++) {
            try {
                return await attempt(deadlineMs);
            } catch (error) {
                if (failureKind(error) !== "condition") {
                    const { kind, reason } = unavailable(error);
                    return { kind, reason };
                }
                const waitMs = caller.backoffMs(made);
                if (clock.now() + waitMs >= deadlineMs) {
                    return { kind: "unavailable", reason: `too many writers in ${this.region}` };
                }
                await sleep(clock, waitMs);
            }
        }
    }

    /** All regions' takes of one stock under a name, as far as this region has heard. */
    async #takesOf(key: Key, name: string, deadlineMs: number): Promise<readonly Take[]> {
        const replica = replicaOf(this.context, this.region);
        const { pk, sk } = regionalKey(takeKey(key, name), "");
        const { items } = await this.context.caller.call(
            this.region,
            (signal) =>
                replica.query(
                    {
                        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
                        ExpressionAttributeValues: { ":pk": { S: pk }, ":prefix": { S: sk } },
                        ConsistentRead: true,
                    },
                    signal,
                ),
            deadlineMs,
        );
        return items.map(parseTake);
    }

    /** The region's share as it is after an operation, to be written together with a take. */
    async #next(
        key: Key,
        operation: Parameters<typeof nextItem<"stock">>[3],
        id: string,
        deadlineMs: number,
    ) {
        const { region, context } = this;
        const replica = replicaOf(context, region);
        const merged = await context.caller.call(
            region,
            (signal) => this.#items.read("stock", key, replica, true, signal),
            deadlineMs,
        );
        const next = nextItem(context, "stock", key, operation, merged, region, id);
        if (next.kind === "refused") {
            return next;
        }
        const share = { item: next.stored, condition: unchanged(merged.items.get(region)) };
        return {
            kind: next.kind,
            at: next.at,
            write: (item: AttributeMap, condition: Condition): Promise<void> =>
                context.caller.call(
                    region,
                    (signal) => replica.putTogether([share, { item, condition }], signal),
                    deadlineMs,
                ),
        };
    }
}

/** Whether an item is a take, and not an item of a kind. */
export function isTake(item: AttributeMap | undefined): item is AttributeMap {
    return item?.["kind"]?.S === "take";
}

/** @throws CorruptItemError */
export function parseTake(attributes: AttributeMap): Take {
    const stored = storedKey(attributes);
    const { key, region } = splitRegionalKey(stored) ?? { key: stored, region: "" };
    const [, name = "", pk = "", sk = ""] =
        /^TAKE#(.+)\n(.+)\/(.+)$/.exec(`${key.pk}\n${key.sk}`) ?? [];
    try {
        const state = states.find((one) => one === textOf(attributes, "state"));
        if (state === undefined || name === "" || region === "") {
            throw new Error(`its key must name what was taken, its state ${states.join(" or ")}`);
        }
        return {
            name,
            key: { pk, sk },
            region,
            amount: integerOf(attributes, "amount", 1),
            at: parseTimestamp(textOf(attributes, "at")),
            state,
        };
    } catch (error) {
        throw new CorruptItemError(describeKey("take", stored), (error as Error).message, error);
    }
}

function takeKey({ pk, sk }: Key, name: string): Key {
    return { pk: `TAKE#${name}`, sk: `${pk}/${sk}` };
}

function serialiseTake({ name, key, region, amount, at, state }: Take): AttributeMap {
    return {
        ...keyAttributes(regionalKey(takeKey(key, name), region)),
        kind: { S: "take" },
        amount: { N: String(amount) },
        at: { S: formatTimestamp(at) },
        state: { S: state },
        expiresAt: { N: String(Math.ceil(at.wallMs / 1000) + takeSeconds) },
    };
}
