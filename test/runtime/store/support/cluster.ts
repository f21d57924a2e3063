import { HybridClock } from "../../../../runtime/consistency/hybridClock";
import type { ReplicaClient } from "../../../../runtime/store/calls/replica";
import { Replica as StoreReplica } from "../../../../runtime/store/calls/replica";
import { Caller } from "../../../../runtime/store/calls/caller";
import { GlobalDataStore } from "../../../../runtime/store/globalDataStore";
import { LogCatchUp } from "../../../../runtime/store/homes/catchUp";
import { HomeKeeper, type HomeEvent } from "../../../../runtime/store/homes/homeKeeper";
import { OwnerRecords } from "../../../../runtime/store/homes/ownerRecord";
import type { ServiceWord } from "../../../../runtime/store/homes/votes";
import { defaultLeaseTimes } from "../../../../runtime/store/homes/votes";
import { AwsError } from "../../../../sandbox/aws/awsError";
import type { TableDefinition } from "../../../../sandbox/world/tables/definition";
import {
    TableEngine,
    type AttributeMap,
    type EngineAction,
} from "../../../../sandbox/world/tables/engine";
import { Replica, type Entry } from "../../../../sandbox/world/tables/replica";
import {
    runTransaction,
    TransactionCanceled,
    type TransactItem,
} from "../../../../sandbox/world/tables/transaction";
import { keyOf } from "../../../../sandbox/world/tables/writes";
import { TestClock } from "./testClock";

export const regions = ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"] as const;
export type Region = (typeof regions)[number];
export const table = "storefront";

/** Which the engine leaves to the world. */
const transactWrite = "TransactWriteItems";

/** How a region answers. `mute` writes and does not say so. */
type Manner = "well" | "hangs" | "mute" | "throttles" | "refuses";

/**
 * A global table in four regions, each a dynalite, whose replication goes on when it is told to: per item,
 * the last writer wins, and every write that lost is noted.
 */
export class Cluster {
    readonly clock = new TestClock(() => this.#busy > 0);
    /** Writes that lost to a concurrent one. */
    readonly lost: { readonly sk: string; readonly region: string }[] = [];
    readonly events: HomeEvent[] = [];
    /** What the votes say in every region. */
    readonly votes = new Map<string, ServiceWord>(regions.map((one) => [one, "in-service"]));
    /** Told of every write that is in a region's table, and of every one that arrives from another. */
    onWrite: ((region: string, key: AttributeMap, image: AttributeMap) => void) | undefined;
    onArrival: ((region: string, entry: Entry) => void) | undefined;
    /** Regions whose calls have been counted, by region. */
    readonly calls = new Map<string, number>();
    readonly #pauses = new Map<string, number>();
    readonly #manners = new Map<string, Manner>();
    readonly #engines = new Map<string, TableEngine>();
    readonly #replicas = new Map<string, Replica>();
    readonly #queues = new Map<string, Entry[]>();
    readonly #last = new Map<string, Promise<unknown>>();
    #busy = 0;
    #seed = 1;

    static async start(): Promise<Cluster> {
        const cluster = new Cluster();
        await Promise.all(regions.map((region) => cluster.#open(region)));
        return cluster;
    }

    /** How a region answers from now on, whoever asks. */
    answers(region: Region, manner: Manner): void {
        this.#manners.set(region, manner);
    }

    /** Lets so much time pass between a region's writing and its saying so, milliseconds. */
    pauses(region: Region, ms: number): void {
        this.#pauses.set(region, ms);
    }

    client(region: string): ReplicaClient {
        const send = async (
            command: { readonly input: object; readonly constructor: { readonly name: string } },
            { abortSignal }: { readonly abortSignal?: AbortSignal } = {},
        ): Promise<unknown> => {
            this.calls.set(region, (this.calls.get(region) ?? 0) + 1);
            const action = command.constructor.name.replace(/Command$/, "") as
                EngineAction | typeof transactWrite;
            const manner = this.#manners.get(region) ?? "well";
            if (manner === "hangs") {
                return new Promise((_, reject) =>
                    abortSignal?.addEventListener("abort", () => reject(named("AbortError"))),
                );
            }
            if (manner === "throttles" || manner === "refuses") {
                throw named(
                    manner === "throttles" ? "ThrottlingException" : "AccessDeniedException",
                );
            }
            const answer = await this.#counted(() => this.#run(region, action, command.input));
            const writes = action === "PutItem" || action === transactWrite;
            if (writes) {
                this.clock.pass(this.#pauses.get(region) ?? 0);
            }
            if (manner === "mute" && writes) {
                throw named("TimeoutError");
            }
            return answer;
        };
        return { send } as unknown as ReplicaClient;
    }

    store(local: Region, more: Partial<ConstructorParameters<typeof GlobalDataStore>[0]> = {}) {
        return new GlobalDataStore({
            table,
            clients: new Map(this.#from(local).map((region) => [region, this.client(region)])),
            homes: regions,
            isEvacuated: (region) => this.votes.get(region) === "evacuated",
            clock: this.clock,
            random: () => this.random(),
            hybrid: new HybridClock({ physicalMs: () => this.clock.now(), maxAheadMs: 60_000 }),
            ...more,
        });
    }

    keeper(region: Region, more: Partial<ConstructorParameters<typeof HomeKeeper>[0]> = {}) {
        const caller = new Caller(this.clock, () => this.random());
        const replicas = this.#from(region).map(
            (one) => new StoreReplica(one, table, this.client(one)),
        );
        return new HomeKeeper({
            region,
            homes: regions,
            records: replicas.map((replica) => new OwnerRecords(replica, caller)),
            votes: { read: async () => new Map(this.votes) },
            clock: this.clock,
            times: defaultLeaseTimes,
            catchUp: new LogCatchUp(replicas[0] as StoreReplica, replicas, caller, this.clock),
            onEvent: (event) => this.events.push(event),
            ...more,
        });
    }

    /** Brings writes to the other regions, all of them but what is cut off. */
    async replicate(isCut: (from: string, to: string) => boolean = () => false): Promise<void> {
        for (const [link, queue] of this.#queues) {
            const [from = "", to = ""] = link.split(">");
            while (!isCut(from, to)) {
                const entry = queue.shift();
                if (entry === undefined) {
                    break;
                }
                await this.#counted(() => this.#receive(to, entry));
            }
        }
    }

    /** How many writes are on their way from a region to another one. */
    underWay(from: string, to: string): number {
        return this.#queues.get(`${from}>${to}`)?.length ?? 0;
    }

    /** Brings one of them there, before those that were written earlier. */
    async deliver(from: string, to: string, at: number): Promise<void> {
        const [entry] = this.#queues.get(`${from}>${to}`)?.splice(at, 1) ?? [];
        if (entry !== undefined) {
            await this.#counted(() => this.#receive(to, entry));
        }
    }

    /** From 0 to below 1, the same in every run (mulberry32). */
    random(): number {
        this.#seed = (this.#seed + 0x6d2b79f5) | 0;
        let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    /** An item as a region has it. */
    async item(region: Region, pk: string, sk: string): Promise<AttributeMap | undefined> {
        return this.#engine(region).read(table, { pk: { S: pk }, sk: { S: sk } });
    }

    /** Puts an item in a region, past the store. */
    async plant(region: Region, item: AttributeMap): Promise<void> {
        await this.#run(region, "PutItem", { TableName: table, Item: item });
    }

    #from(local: string): readonly Region[] {
        return [local as Region, ...regions.filter((one) => one !== local)];
    }

    #engine(region: string): TableEngine {
        return this.#engines.get(region) as TableEngine;
    }

    async #open(region: Region): Promise<void> {
        const engine = new TableEngine(region, "111122223333");
        this.#engines.set(region, engine);
        this.#replicas.set(region, new Replica({ name: table } as TableDefinition, region, 1));
        const key = (name: string) => ({ AttributeName: name, AttributeType: "S" });
        await engine.createTable({
            TableName: table,
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: ["pk", "sk", "gsi1pk", "gsi1sk"].map(key),
            KeySchema: keySchema("pk", "sk"),
            GlobalSecondaryIndexes: [
                {
                    IndexName: "gsi1",
                    KeySchema: keySchema("gsi1pk", "gsi1sk"),
                    Projection: { ProjectionType: "ALL" },
                },
            ],
        });
    }

    /** One after the other in each region, so that the image read after a write is that write's. */
    #run(
        region: string,
        action: EngineAction | typeof transactWrite,
        input: object,
    ): Promise<unknown> {
        const work = async (): Promise<unknown> => {
            const { ReturnValuesOnConditionCheckFailure, ...rest } = input as Record<
                string,
                unknown
            >;
            const engine = this.#engine(region);
            if (action === transactWrite) {
                return this.#transact(region, rest["TransactItems"] as readonly TransactItem[]);
            }
            if (action !== "PutItem") {
                return engine.call(action, rest);
            }
            const key = keyOf(rest["Item"] as AttributeMap, ["pk", "sk"]);
            try {
                await engine.call(action, rest);
            } catch (error) {
                const item =
                    ReturnValuesOnConditionCheckFailure === "ALL_OLD"
                        ? await engine.read(table, key)
                        : undefined;
                throw error instanceof AwsError ? named(error.code, item, error.message) : error;
            }
            await this.#wrote(region, key);
            return {};
        };
        const result = (this.#last.get(region) ?? Promise.resolve()).then(work);
        this.#last.set(
            region,
            result.catch(() => undefined),
        );
        return result;
    }

    async #transact(region: string, items: readonly TransactItem[]): Promise<object> {
        const admitted = (): void => undefined;
        try {
            const keys = (): readonly string[] => ["pk", "sk"];
            const written = await runTransaction(this.#engine(region), items, keys, admitted);
            for (const { key } of written) {
                await this.#wrote(region, key);
            }
            return {};
        } catch (error) {
            throw error instanceof TransactionCanceled
                ? Object.assign(named(error.code, undefined, error.message), {
                      CancellationReasons: error.reasons,
                  })
                : error;
        }
    }

    /** Puts what a region has just written on its way to the others. */
    async #wrote(region: string, key: AttributeMap): Promise<void> {
        const replica = this.#replicas.get(region) as Replica;
        const image = await this.#engine(region).read(table, key);
        this.onWrite?.(region, key, image ?? {});
        const entry = replica.recordLocal(key, image, this.clock.now()) as Entry;
        for (const other of regions.filter((one) => one !== region)) {
            const link = `${region}>${other}`;
            this.#queues.set(link, [...(this.#queues.get(link) ?? []), entry]);
        }
    }

    async #receive(region: string, entry: Entry): Promise<void> {
        const work = async (): Promise<void> => {
            this.onArrival?.(region, entry);
            const outcome = (this.#replicas.get(region) as Replica).recordRemote(entry);
            if (outcome.lost !== undefined) {
                this.lost.push({
                    sk: String(entry.key["sk"]?.["S"]),
                    region: outcome.lost.region,
                });
            }
            if (outcome.applied) {
                await this.#engine(region).call("PutItem", {
                    TableName: table,
                    Item: entry.image,
                });
            }
        };
        const result = (this.#last.get(region) ?? Promise.resolve()).then(work);
        this.#last.set(
            region,
            result.catch(() => undefined),
        );
        return result;
    }

    async #counted<T>(work: () => Promise<T>): Promise<T> {
        this.#busy++;
        try {
            return await work();
        } finally {
            this.#busy--;
        }
    }
}

function keySchema(hash: string, range: string) {
    return [
        { AttributeName: hash, KeyType: "HASH" },
        { AttributeName: range, KeyType: "RANGE" },
    ];
}

function named(name: string, item?: AttributeMap, message = name): Error {
    return Object.assign(new Error(message), {
        name,
        ...(item === undefined ? {} : { Item: item }),
    });
}
