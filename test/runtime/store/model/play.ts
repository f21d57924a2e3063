import type { VersionVector } from "../../../../runtime/consistency/versionVector";
import { faults, type Fault } from "./faults";
import { HomeModel, keyOf, names, type Intent, type Name } from "./model";
import type { Gate } from "./network";
import { home, regions, times, World, type ModelRegion } from "./world";

/** Rounds after which everything must be as it was. */
const mostRounds = 40;

/** The store as the commands find it, and what the clients remember. */
export class Play {
    writes = 0;
    /** Writes that are held up. */
    readonly held: { readonly gate: Gate; readonly done: Promise<void> }[] = [];
    /** Writes that nobody knows of, the last one last. */
    readonly unknown: Intent[] = [];
    readonly #seen = new Map<string, readonly VersionVector[]>();
    readonly #backSinceMs = new Map<string, number>();

    private constructor(
        readonly world: World,
        private readonly model: HomeModel,
    ) {}

    static async start(model: HomeModel): Promise<Play> {
        const world = await World.start();
        const { cluster } = world;
        const isOut = (region: string): boolean => cluster.votes.get(region) === "evacuated";
        cluster.onWrite = (region, key, image) => {
            if (image["kind"]?.["S"] === "owner") {
                model.owns(image, isOut);
            } else {
                model.wrote(region, key, image, world.nowMs);
            }
        };
        cluster.onArrival = (region, entry) => model.arrived(region, entry);
        const play = new Play(world, model);
        await play.recover();
        await play.setClocks();
        return play;
    }

    saw(region: string, name: Name, version: VersionVector): void {
        const [last] = this.seen(region, name);
        if (last?.compare(version) !== "equal") {
            this.#seen.set(`${region} ${name}`, last === undefined ? [version] : [version, last]);
        }
    }

    /** The versions that a region's clients saw last, the latest first. */
    seen(region: string, name: Name): readonly VersionVector[] {
        return this.#seen.get(`${region} ${name}`) ?? [];
    }

    /** The survivors' votes have one region out at a time, and votes that were withdrawn are cast again later. */
    mayVoteOut(region: string): boolean {
        const { cluster, nowMs } = this.world;
        return (
            ![...cluster.votes.values()].includes("evacuated") &&
            nowMs - (this.#backSinceMs.get(region) ?? 0) > times.staleMs
        );
    }

    /** Sets the clocks that are behind; whoever has one finds the home's lease by it, and keeps that. */
    async setClocks(): Promise<void> {
        const { world } = this;
        world.setClocks();
        for (const region of regions) {
            await world.run(
                world
                    .store(region, "behind")
                    .leaseOf(keyOf(names[0]))
                    .catch(() => undefined),
            );
        }
    }

    breakIt(fault: Fault, region: ModelRegion): void {
        const { cluster } = this.world;
        if (fault === "voted out") {
            cluster.votes.set(region, "evacuated");
        } else {
            this.#having(fault).add(region);
        }
    }

    repair(fault: Fault, region: ModelRegion): void {
        const { cluster, nowMs } = this.world;
        if (fault !== "voted out") {
            this.#having(fault).delete(region);
        } else if (cluster.votes.get(region) === "evacuated") {
            cluster.votes.set(region, "in-service");
            this.#backSinceMs.set(region, nowMs);
        }
    }

    async rounds(count: number, asleep: ModelRegion | undefined, delivers: boolean): Promise<void> {
        const awake = regions.filter(
            (region) => region !== asleep && !this.world.network.lost.has(region),
        );
        for (let round = 0; round < count; round++) {
            await this.world.round(awake);
            if (delivers) {
                await this.world.deliverAll();
            }
        }
    }

    /** Puts everything right and waits until all regions have the same and the home is where it belongs. */
    async recover(): Promise<void> {
        const { world, model } = this;
        for (const region of regions) {
            for (const fault of faults) {
                this.repair(fault, region);
            }
        }
        for (const { gate, done } of this.held.splice(0)) {
            await world.run(Promise.all([gate.open(), done]));
        }
        await world.deliverAll();
        let round = 0;
        do {
            await this.rounds(1, undefined, true);
        } while (model.owner !== home && ++round < mostRounds);
        model.expect(model.owner === home, `the home stays in ${model.owner} for ${round} rounds`);
        model.isWell = true;
        for (const name of names) {
            const [first, ...others] = regions.map((region) => model.copy(region, name));
            model.expect(
                others.every(
                    (one) => one?.operations[0] === first?.operations[0] && one?.n === first?.n,
                ),
                `the regions differ in ${name}`,
            );
            if (first !== undefined) {
                model.foundAtHome(name, first.version);
            }
            for (const region of regions) {
                const { pk, sk } = keyOf(name);
                const item = await world.cluster.item(region, pk, sk);
                model.expect(
                    item?.["version"]?.["S"] === model.copy(region, name)?.version.toString(),
                    `the table of ${region} has ${String(item?.["version"]?.["S"])} of ${name}`,
                );
            }
        }
    }

    #having(fault: Exclude<Fault, "voted out">): Set<string> {
        return fault === "deaf" ? this.world.deaf : this.world.network[fault];
    }
}
