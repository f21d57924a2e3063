import { Caller, type CallLimits } from "../../../../runtime/store/calls/caller";
import { Replica } from "../../../../runtime/store/calls/replica";
import type { GlobalDataStore } from "../../../../runtime/store/globalDataStore";
import { LogCatchUp } from "../../../../runtime/store/homes/catchUp";
import type { HomeKeeper } from "../../../../runtime/store/homes/homeKeeper";
import { OwnerRecords } from "../../../../runtime/store/homes/ownerRecord";
import type { LeaseTimes } from "../../../../runtime/store/homes/votes";
import { Cluster, table } from "../support/cluster";
import { Network, type Gate } from "./network";

export const regions = ["ap-south-1", "eu-west-1", "us-east-1"] as const;
export const home = "us-east-1";
export type ModelRegion = (typeof regions)[number];

/** As the usual ones are to each other, so that a takeover is a few rounds. */
export const times: LeaseTimes = { leaseMs: 6000, staleMs: 5000, inFlightMs: 2500, skewMs: 500 };
export const roundMs = 2000;
const limits: CallLimits = {
    attemptMs: 1000,
    totalMs: 2000,
    attempts: 2,
    firstBackoffMs: 25,
    mostBackoffMs: 100,
};
/** Of a process that stands still: it does not notice how long it takes. */
const endless: CallLimits = { ...limits, attemptMs: 3_600_000, totalMs: 3_600_000 };

/**
 * What a writer's process is like.
 *
 * - `prompt`: as all are to be.
 * - `late`: its writes, or their answers, are held up on the way; it gives up on time.
 * - `stopped`: the same, and it stands still all the while.
 * - `behind`: its clock for leases stands still, further behind than any clock may be.
 */
export const manners = ["prompt", "late", "stopped", "behind"] as const;
export type Manner = (typeof manners)[number];

/** The store in three regions, each with a keeper and a process of each manner, and the network between them. */
export class World {
    readonly network: Network;
    /** Regions whose keepers hear nothing of the votes. */
    readonly deaf = new Set<string>();
    /** What holds up the writes that are sent now by those who are late or stopped. */
    gate: Gate | undefined;
    #behindMs = 0;
    readonly #stores = new Map<string, GlobalDataStore>();
    readonly #keepers = new Map<string, HomeKeeper>();

    private constructor(readonly cluster: Cluster) {
        this.network = new Network(cluster);
        for (const region of regions) {
            this.#keepers.set(region, this.#keeper(region));
            for (const manner of manners) {
                this.#stores.set(`${manner} ${region}`, this.#open(region, manner));
            }
        }
    }

    static async start(): Promise<World> {
        return new World(await Cluster.start());
    }

    get nowMs(): number {
        return this.cluster.clock.now();
    }

    store(region: ModelRegion, manner: Manner): GlobalDataStore {
        return this.#stores.get(`${manner} ${region}`) as GlobalDataStore;
    }

    run<T>(work: Promise<T>): Promise<T> {
        return this.cluster.clock.run(work);
    }

    /** Sets the clocks that are behind. */
    setClocks(): void {
        this.#behindMs = this.nowMs;
    }

    /** Time passes, and then the keepers of these regions do what they do, all at once. */
    async round(awake: readonly ModelRegion[]): Promise<void> {
        this.cluster.clock.pass(roundMs);
        await this.run(Promise.all(awake.map((region) => this.#keeperOf(region).tick())));
    }

    /** Links that writes can arrive on. */
    links(): readonly (readonly [from: ModelRegion, to: ModelRegion])[] {
        return regions.flatMap((from) =>
            regions
                .filter((to) => to !== from && this.network.reaches(from, to))
                .map((to) => [from, to] as const),
        );
    }

    async deliverAll(): Promise<void> {
        for (const [from, to] of this.links()) {
            while (this.cluster.underWay(from, to) > 0) {
                await this.cluster.deliver(from, to, 0);
            }
        }
    }

    #keeperOf(region: ModelRegion): HomeKeeper {
        return this.#keepers.get(region) as HomeKeeper;
    }

    #open(region: ModelRegion, manner: Manner): GlobalDataStore {
        const { clock } = this.cluster;
        const gate = (): Gate | undefined =>
            manner === "late" || manner === "stopped" ? this.gate : undefined;
        return this.cluster.store(region, {
            clients: new Map(
                localFirst(region).map((to) => [to, this.network.client(region, to, gate)]),
            ),
            homes: [home],
            leaseTimes: times,
            limits: manner === "stopped" ? endless : limits,
            timer: clock,
            // Versions have a clock of their own, which has heard of the others'.
            ...(manner === "behind"
                ? {
                      clock: {
                          now: () => this.#behindMs,
                          after: (ms, ring) => clock.after(ms, ring),
                      },
                  }
                : {}),
        });
    }

    #keeper(region: ModelRegion): HomeKeeper {
        const { clock } = this.cluster;
        const caller = new Caller(clock, () => this.cluster.random(), limits);
        const replicas = localFirst(region).map(
            (to) => new Replica(to, table, this.network.client(region, to)),
        );
        return this.cluster.keeper(region, {
            homes: [home],
            records: replicas.map((replica) => new OwnerRecords(replica, caller)),
            votes: {
                read: async () =>
                    this.deaf.has(region) || this.network.isolated.has(region)
                        ? new Map()
                        : new Map(this.cluster.votes),
            },
            times,
            catchUp: new LogCatchUp(replicas[0] as Replica, replicas, caller, clock),
        });
    }
}

function localFirst(region: ModelRegion): readonly ModelRegion[] {
    return [region, ...regions.filter((one) => one !== region)];
}
