import { holdOffMs } from "../../../../runtime/store/homes/votes";
import type { HomeModel } from "./model";
import type { Play } from "./play";
import { regions, roundMs, times, type ModelRegion } from "./world";
import { goesOn, type Command } from "./writes";

/** Rounds until what a region that is voted out holds is nobody's. */
const holdOffRounds = Math.ceil(holdOffMs(times) / roundMs) + 1;

/** Rounds until a lease that was given up is over, and some. */
const leaseRounds = 2 * Math.ceil((times.leaseMs + times.inFlightMs) / roundMs);

/** What may be wrong with a region, and is until it is put right. */
export const faults = ["isolated", "lost", "mute", "deaf", "voted out"] as const;
export type Fault = (typeof faults)[number];

export class FaultCommand implements Command {
    constructor(
        private readonly fault: Fault,
        private readonly region: ModelRegion,
    ) {}

    check = goesOn;

    async run(model: HomeModel, play: Play): Promise<void> {
        if (this.fault === "voted out" && !play.mayVoteOut(this.region)) {
            return;
        }
        model.isWell = false;
        play.breakIt(this.fault, this.region);
    }

    toString = (): string => `${this.region} ${this.fault}`;
}

export class RepairCommand implements Command {
    constructor(
        private readonly fault: Fault,
        private readonly region: ModelRegion,
    ) {}

    check = goesOn;

    async run(_: HomeModel, play: Play): Promise<void> {
        play.repair(this.fault, this.region);
    }

    toString = (): string => `${this.region} no longer ${this.fault}`;
}

/** Rounds of the keepers, all but one at most, and of replication or not. */
export class RoundsCommand implements Command {
    constructor(
        private readonly count: number,
        private readonly asleep: ModelRegion | undefined,
        private readonly delivers: boolean,
    ) {}

    check = goesOn;

    async run(model: HomeModel, play: Play): Promise<void> {
        model.isWell &&= this.asleep === undefined && this.delivers;
        await play.rounds(this.count, this.asleep, this.delivers);
    }

    toString = (): string =>
        `${this.count} rounds${this.asleep === undefined ? "" : ` without ${this.asleep}`}${this.delivers ? "" : ", nothing arrives"}`;
}

/** A region is voted out, for as long as it takes that another one has its home. */
export class EvacuateCommand implements Command {
    constructor(
        private readonly region: ModelRegion,
        private readonly how: "isolated" | "lost" | "well",
        private readonly delivers: boolean,
    ) {}

    check = goesOn;

    async run(model: HomeModel, play: Play): Promise<void> {
        if (!play.mayVoteOut(this.region)) {
            return;
        }
        model.isWell = false;
        if (this.how !== "well") {
            play.breakIt(this.how, this.region);
        }
        play.breakIt("voted out", this.region);
        await play.rounds(holdOffRounds, undefined, this.delivers);
    }

    toString = (): string =>
        `${this.region} evacuated, ${this.how}${this.delivers ? "" : ", nothing arrives"}`;
}

/** All regions are in service and reach each other, and the home's own one claims it, whatever has arrived there. */
export class ReturnCommand implements Command {
    constructor(private readonly delivers: boolean) {}

    check = goesOn;

    async run(model: HomeModel, play: Play): Promise<void> {
        model.isWell &&= this.delivers;
        for (const region of regions) {
            for (const fault of faults) {
                play.repair(fault, region);
            }
        }
        await play.rounds(leaseRounds, undefined, this.delivers);
    }

    toString = (): string => `return${this.delivers ? "" : ", nothing arrives"}`;
}

/** One write arrives, before others of the same region. */
export class DeliverCommand implements Command {
    constructor(
        private readonly link: number,
        private readonly which: number,
    ) {}

    check = goesOn;

    async run(_: HomeModel, { world }: Play): Promise<void> {
        const links = world.links();
        const [from, to] = links[this.link % Math.max(1, links.length)] ?? [];
        if (from !== undefined && to !== undefined) {
            const count = Math.max(1, world.cluster.underWay(from, to));
            await world.cluster.deliver(from, to, this.which % count);
        }
    }

    toString = (): string => `deliver(${this.link}, ${this.which})`;
}

/** Everything that can arrive does. */
export class DeliverAllCommand implements Command {
    check = goesOn;
    run = (_: HomeModel, { world }: Play): Promise<void> => world.deliverAll();
    toString = (): string => "deliver all";
}

/** The clocks that are behind are set, and go on to stand still. */
export class SetClocksCommand implements Command {
    check = goesOn;

    run = (_: HomeModel, play: Play): Promise<void> => play.setClocks();
    toString = (): string => "set clocks";
}

/** Everything is put right, and goes on until it is as it was. */
export class RecoverCommand implements Command {
    check = goesOn;
    run = (_: HomeModel, play: Play): Promise<void> => play.recover();
    toString = (): string => "recover";
}
