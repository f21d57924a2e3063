import { HybridClock } from "../../../runtime/consistency/hybridClock";
import { Caller } from "../../../runtime/store/calls/caller";
import type { StoreClock } from "../../../runtime/store/calls/clock";
import { Replica } from "../../../runtime/store/calls/replica";
import { GlobalDataStore } from "../../../runtime/store/globalDataStore";
import { LogCatchUp } from "../../../runtime/store/homes/catchUp";
import { HomeKeeper } from "../../../runtime/store/homes/homeKeeper";
import { Leases } from "../../../runtime/store/homes/leases";
import { OwnerRecords } from "../../../runtime/store/homes/ownerRecord";
import { holdOffMs, type LeaseTimes, type ServiceWord } from "../../../runtime/store/homes/votes";
import type { Read, Write } from "../../../runtime/store/results";
import { parseHome, storedKey } from "../../../runtime/store/stored";
import { readChange, type TableRecord } from "../../../runtime/handlers/tableRecords";
import type { Conflict } from "../../../runtime/store/conflicts/conflictRecord";
import { ConflictResolver } from "../../../runtime/store/conflicts/conflictResolver";
import { SessionToken } from "../../../runtime/store/sessionToken";
import { CloudProcess, regions } from "../cloud";
import type { Call, Cart, FinalState, Reported, Value } from "../history/operation";
import { Refusal, type Caller as Client, type Conditions, type System } from "../system";

const table = "meridian";

/** Shorter than in production, as the faults are, and in the same proportion to them. */
const leaseTimes: LeaseTimes = { leaseMs: 2500, staleMs: 1500, inFlightMs: 1500, skewMs: 1000 };
const limits = {
    attemptMs: 600,
    totalMs: 3000,
    attempts: 4,
    firstBackoffMs: 25,
    mostBackoffMs: 400,
};

/** A region's storefront: its process, what it keeps in memory, and the loop that keeps its homes. */
interface Instance {
    readonly process: CloudProcess;
    readonly store: GlobalDataStore;
    readonly stop: () => void;
}

/** The storefront's own data layer: `GlobalDataStore`, with homes kept by `HomeKeeper`. */
export class Meridian implements System {
    readonly #instances = new Map<string, Instance>();
    /** Since when the votes take a region out, and what they said before. */
    readonly #votes = new Map<string, { readonly word: ServiceWord; readonly sinceMs: number }>();

    readonly #reported: Reported[] = [];
    /** How many records of a region's stream have been judged. */
    readonly #judged = new Map<string, number>();

    private constructor(private readonly conditions: Conditions) {}

    static async start(conditions: Conditions): Promise<Meridian> {
        await conditions.cloud.createTable(table);
        const meridian = new Meridian(conditions);
        await Promise.all(regions.map((region) => meridian.restart(region)));
        const { clock } = conditions.cloud.world;
        await clock.sleep(3 * leaseTimes.leaseMs);
        for (const [sku, left] of Object.entries(conditions.initialStock)) {
            await Promise.all(
                regions.map((region) =>
                    meridian
                        .#store(region)
                        .apply(
                            "stock",
                            keyOf("stock", sku),
                            { op: "grant", amount: left / regions.length },
                            { region },
                        )
                        .then(done),
                ),
            );
        }
        await conditions.cloud.quiet();
        return meridian;
    }

    async call(
        region: string,
        client: Client,
        key: string,
        call: Call,
    ): Promise<Value | undefined> {
        const store = this.#store(region);
        const token = (client.state as SessionToken | undefined) ?? SessionToken.empty;
        const answer = await this.#answer(store, region, token, key, call);
        client.state = answer.token;
        return answer.value;
    }

    async #answer(
        store: GlobalDataStore,
        region: string,
        token: SessionToken,
        key: string,
        call: Call,
    ): Promise<{ readonly value?: Value; readonly token: SessionToken }> {
        const at = keyOf(call.kind, key);
        switch (call.kind) {
            case "cart": {
                if (call.f === "read") {
                    const read = found(await store.get("cart", at, { token }));
                    return { value: cartOf(read.value), token: read.token };
                }
                const operation = {
                    op: "set",
                    line: call.sku,
                    quantity: call.quantity,
                } as const;
                const write = await store.apply("cart", at, operation, { token, region });
                if (write.kind === "written" && write.behind === true) {
                    this.#reported.push({
                        kind: "cart",
                        key,
                        sku: call.sku,
                        value: call.quantity,
                    });
                }
                return written(write, token);
            }
            case "order": {
                if (call.f === "read") {
                    const read = found(await store.get("order", at, { token }));
                    return { value: orderOf(read.value), token: read.token };
                }
                const order = { cartId: "c", body: call.body, nonce: this.conditions.random() };
                const write = await store.put("order", at, order, "absent", { token });
                if (write.kind === "conflict" && write.current.value !== undefined) {
                    return { value: orderOf(write.current.value), token };
                }
                const { token: next } = written(write, token);
                return {
                    value: orderOf(write.kind === "written" ? write.value : undefined),
                    token: next,
                };
            }
            case "stock": {
                if (call.f === "read") {
                    const read = found(await store.get("stock", at, { token }));
                    return { value: read.value?.left ?? null, token: read.token };
                }
                const op = call.f === "add" ? "grant" : "take";
                const options = { token, region };
                const write = await store.apply("stock", at, { op, amount: call.amount }, options);
                return written(write, token);
            }
            case "profile": {
                if (call.f === "read") {
                    const consistency = call.strong ? "home" : "local";
                    const read = found(await store.get("profile", at, { token, consistency }));
                    return { value: profileOf(read.value), token: read.token };
                }
                const [from, to] =
                    call.f === "swap" ? [call.from, call.to] : [undefined, call.value];
                const write = await store.update(
                    "profile",
                    at,
                    (value) =>
                        from === undefined || profileOf(value) === from ? { value: to } : undefined,
                    { token },
                );
                const { token: next } = written(write, token);
                if (write.kind === "written" && profileOf(write.value) !== to) {
                    throw new Refusal("another value");
                }
                return { token: next };
            }
        }
    }

    #store(region: string): GlobalDataStore {
        const instance = this.#instances.get(region);
        if (instance === undefined) {
            throw new Refusal("nobody listens");
        }
        return instance.store;
    }

    kill(region: string): void {
        const instance = this.#instances.get(region);
        instance?.process.kill();
        instance?.stop();
        this.#instances.delete(region);
    }

    async restart(region: string): Promise<void> {
        const { cloud, random } = this.conditions;
        const process = new CloudProcess(`storefront of ${region}`, region, cloud);
        const clock: StoreClock = {
            now: () => this.conditions.clock(region),
            after: (ms, ring) => cloud.world.clock.after(ms, ring),
        };
        const order = [region, ...regions.filter((other) => other !== region)];
        const clients = new Map(order.map((each) => [each, process.dynamodb(each)] as const));
        const store = new GlobalDataStore({
            table,
            clients,
            clock,
            random,
            hybrid: new HybridClock({ physicalMs: () => clock.now(), maxAheadMs: 60_000 }),
            limits,
            leaseTimes,
            isEvacuated: (each) => this.#wordsHeardIn(region).get(each) === "evacuated",
        });
        const replicas = order.map((each) => new Replica(each, table, process.dynamodb(each)));
        const caller = new Caller(clock, random, limits);
        const keeper = new HomeKeeper({
            region,
            records: replicas.map((replica) => new OwnerRecords(replica, caller)),
            homes: [...regions].sort(),
            votes: { read: async () => this.#wordsHeardIn(region) },
            clock,
            times: leaseTimes,
            catchUp: new LogCatchUp(replicas[0] as Replica, replicas, caller, clock),
        });
        const stop = cloud.world.clock.every(
            leaseTimes.leaseMs / 3,
            () => void (process.alive && this.#isUp(region) && keeper.tick()),
            1,
        );
        const judging = this.#judge(region, order, process, clock);
        this.#instances.set(region, {
            process,
            store,
            stop: () => {
                stop();
                judging();
            },
        });
    }

    /** The conflict detector on the region's stream; what it has judged is a checkpoint that outlives it. */
    #judge(
        region: string,
        order: readonly string[],
        process: CloudProcess,
        clock: StoreClock,
    ): () => void {
        const { cloud, random } = this.conditions;
        const caller = new Caller(clock, random, limits);
        const replicas = new Map(
            order.map((each) => [each, new Replica(each, table, process.dynamodb(each))] as const),
        );
        const records = [...replicas.values()].map((replica) => new OwnerRecords(replica, caller));
        const resolver = new ConflictResolver({
            region,
            replicas,
            caller,
            clock,
            hybrid: new HybridClock({ physicalMs: () => clock.now(), maxAheadMs: 60_000 }),
            leases: new Leases({ records, clock, times: leaseTimes }),
            ownerRecord: async (home) => records[0]?.read(home),
        });
        let busy = false;
        return cloud.world.clock.every(500, () => {
            if (busy || !process.alive || !this.#isUp(region)) {
                return;
            }
            busy = true;
            void this.#judgeNew(region, resolver).finally(() => (busy = false));
        });
    }

    async #judgeNew(region: string, resolver: ConflictResolver): Promise<void> {
        const from = this.#judged.get(region) ?? 0;
        const records = this.conditions.cloud.tables.streams.peek(region, table).slice(from);
        for (const [at, { data }] of records.entries()) {
            try {
                const change = readChange(JSON.parse(data.toString()) as TableRecord);
                const { conflict } = await resolver.resolve(change);
                if (conflict !== undefined && conflict.outcome !== "merged") {
                    this.#reported.push(...reportedBy(conflict));
                }
            } catch {
                // Again in a moment, from here on.
                return;
            }
            this.#judged.set(region, from + at + 1);
        }
    }

    #allJudged(): boolean {
        const { streams } = this.conditions.cloud.tables;
        return regions.every(
            (region) => streams.peek(region, table).length === (this.#judged.get(region) ?? 0),
        );
    }

    #isUp(region: string): boolean {
        return !this.conditions.cloud.world.faults.blackedOut(region);
    }

    /** What a region hears of the votes: late by up to `staleMs`, and nothing while it is lost. */
    #wordsHeardIn(region: string): ReadonlyMap<string, ServiceWord> {
        const { cloud, random } = this.conditions;
        const heardMs = cloud.world.clock.now() - 0.9 * leaseTimes.staleMs * random();
        return !this.#isUp(region)
            ? new Map()
            : new Map(
                  regions.map((each) => {
                      const vote = this.#votes.get(each) ?? { word: "in-service", sinceMs: 0 };
                      const before = vote.word === "evacuated" ? "in-service" : "evacuated";
                      return [each, vote.sinceMs <= heardMs ? vote.word : before] as const;
                  }),
              );
    }

    async evacuate(region: string): Promise<void> {
        this.#vote(region, "evacuated");
    }

    async failBack(region: string): Promise<void> {
        this.#vote(region, "in-service");
        await this.conditions.cloud.world.clock.sleep(leaseTimes.staleMs);
    }

    #vote(region: string, word: ServiceWord): void {
        this.#votes.set(region, { word, sinceMs: this.conditions.cloud.world.clock.now() });
    }

    /** Homes go back to where they belong, replication brings everything everywhere, and all of it is judged. */
    async settle(): Promise<void> {
        const { cloud } = this.conditions;
        await cloud.world.clock.sleep(2 * holdOffMs(leaseTimes));
        // Leases are renewed all the time: for nothing to be on its way, nobody may be there.
        regions.forEach((region) => this.kill(region));
        await cloud.quiet();
        await Promise.all(regions.map((region) => this.restart(region)));
        await cloud.world.until(() => this.#allJudged());
        regions.forEach((region) => this.kill(region));
        await cloud.quiet();
        await Promise.all(regions.map((region) => this.restart(region)));
    }

    async reported(): Promise<readonly Reported[]> {
        return this.#reported;
    }

    async finalState(region: string): Promise<FinalState> {
        const { keys } = this.conditions;
        const store = this.#store(region);
        const read = async <V>(
            names: readonly string[],
            get: (name: string) => Promise<V>,
        ): Promise<Record<string, V>> =>
            Object.fromEntries(
                await Promise.all(names.map(async (name) => [name, await get(name)] as const)),
            );
        return {
            carts: await read(keys.cart, async (name) =>
                cartOf(found(await store.get("cart", keyOf("cart", name))).value),
            ),
            orders: await read(keys.order, async (name) =>
                orderOf(found(await store.get("order", keyOf("order", name))).value),
            ),
            stock: await read(
                keys.stock,
                async (name) =>
                    found(await store.get("stock", keyOf("stock", name))).value?.left ?? null,
            ),
            profiles: await read(keys.profile, async (name) =>
                profileOf(found(await store.get("profile", keyOf("profile", name))).value),
            ),
        };
    }

    async stop(): Promise<void> {
        regions.forEach((region) => this.kill(region));
    }
}

/** What is lost of an item that has a home. */
function reportedBy({ lost }: Conflict): readonly Reported[] {
    const { kind } = lost.stamp;
    if (kind !== "order" && kind !== "profile") {
        throw new Error(`the ${kind} ${storedKey(lost.item).pk} lost something, and it merges`);
    }
    const value = parseHome(lost.item).value;
    return [
        {
            kind,
            key: storedKey(lost.item).pk.slice(kind.length + 1),
            value: kind === "profile" ? Number(value?.["value"]?.N) : null,
        },
    ];
}

function keyOf(kind: Call["kind"], key: string): { readonly pk: string; readonly sk: string } {
    const name = kind.toUpperCase();
    return { pk: `${name}#${key}`, sk: name };
}

/** What a write came to; a refusal if nothing was written. */
function written<V>(write: Write<V>, token: SessionToken): { readonly token: SessionToken } {
    switch (write.kind) {
        case "written":
            return { token: write.token ?? token };
        case "unknown":
            throw new Error(write.reason);
        case "conflict":
        case "refused":
        case "unavailable":
            throw new Refusal(write.kind === "unavailable" ? write.reason : write.kind);
    }
}

function found<V>(read: Read<V>): { readonly value: V | undefined; readonly token: SessionToken } {
    switch (read.kind) {
        case "found":
            return { value: read.value, token: read.token ?? SessionToken.empty };
        case "absent":
            return { value: undefined, token: read.token ?? SessionToken.empty };
        case "behind":
        case "unavailable":
            throw new Refusal(read.kind === "behind" ? read.kind : read.reason);
    }
}

function done(write: Write<unknown>): void {
    if (write.kind !== "written") {
        throw new Error(`nothing was written: ${write.kind}`);
    }
}

function cartOf(lines: ReadonlyMap<string, number> | undefined): Cart {
    return Object.fromEntries(lines ?? []);
}

function orderOf(order: Readonly<Record<string, unknown>> | undefined): string | null {
    return order === undefined ? null : JSON.stringify([order["body"], order["nonce"]]);
}

function profileOf(profile: Readonly<Record<string, unknown>> | undefined): number | null {
    return profile === undefined ? null : Number(profile["value"]);
}
