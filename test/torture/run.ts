import { Clients, skus, type SharedKeys } from "./clients";
import { Cloud, regions } from "./cloud";
import type { FinalState, History } from "./history/operation";
import { makeSchedule, type Happening } from "./schedule";
import type { StartSystem, System } from "./system";

export interface TortureOptions {
    readonly seed: number;
    /** Length of the schedule, world milliseconds. */
    readonly durationMs: number;
    readonly clients: number;
    /** @default what the seed makes */
    readonly schedule?: readonly Happening[];
}

export interface Run {
    readonly history: History;
    readonly schedule: readonly Happening[];
    /** Writes that the tables overwrote with concurrent ones of other regions: what really went on below. */
    readonly overwritten: number;
}

/** Runs clients against a system while the schedule goes wrong, lets everything heal, and keeps what was seen. */
export async function torture(start: StartSystem, options: TortureOptions): Promise<Run> {
    const cloud = await Cloud.start(options.seed);
    try {
        return await tortureIn(cloud, start, options);
    } finally {
        await cloud.stop();
    }
}

async function tortureIn(cloud: Cloud, start: StartSystem, options: TortureOptions): Promise<Run> {
    const { clock, random } = cloud.world;
    const schedule = options.schedule ?? makeSchedule(random, options.durationMs);
    const keys: SharedKeys = {
        cart: Array.from({ length: options.clients }, (_, at) => `cart-${at}`),
        order: [],
        stock: [...skus],
        profile: Array.from({ length: 2 * regions.length }, (_, at) => `profile-${at}`),
    };
    // Some are sold out during the run, and some are not.
    const initialStock = Object.fromEntries(skus.map((sku, at) => [sku, at < 2 ? 40 : 4000]));
    const skewMs = new Map<string, number>();
    const system = await start({
        cloud,
        keys,
        initialStock,
        clock: (region) => clock.now() + (skewMs.get(region) ?? 0),
        random,
    });
    try {
        const out = new Set<string>();
        const startMs = clock.now();
        const clients = new Clients({
            cloud,
            system,
            keys,
            random,
            startMs,
            route: (preferred) =>
                [preferred, ...regions].find((region) => !out.has(region)) ?? preferred,
        });
        const running = clients.run(options.clients);
        const happened = schedule.map((happening) =>
            happen(happening, { cloud, system, out, skewMs, startMs }),
        );
        await Promise.all(happened);
        await clock.sleep(Math.max(0, startMs + options.durationMs - clock.now()));
        clients.stop();
        await running;
        await system.settle();
        const final: Record<string, FinalState> = {};
        for (const region of regions) {
            final[region] = await system.finalState(region);
        }
        return {
            history: {
                operations: clients.operations,
                initialStock,
                reported: await system.reported(),
                final,
            },
            schedule,
            overwritten: cloud.tables.conflicts().length,
        };
    } finally {
        await system.stop();
    }
}

interface Surroundings {
    readonly cloud: Cloud;
    readonly system: System;
    /** Regions that clients are not sent to. */
    readonly out: Set<string>;
    readonly skewMs: Map<string, number>;
    readonly startMs: number;
}

async function happen(
    happening: Happening,
    { cloud, system, out, skewMs, startMs }: Surroundings,
): Promise<void> {
    const { clock, faults } = cloud.world;
    const until = (ms: number): Promise<void> =>
        clock.sleep(Math.max(0, startMs + ms - clock.now()));
    await until(happening.atMs);
    switch (happening.kind) {
        case "fault":
            faults.inject(happening.fault);
            await until(happening.untilMs);
            faults.heal(happening.fault);
            return;
        case "skew":
            skewMs.set(happening.region, happening.ms);
            await until(happening.untilMs);
            skewMs.delete(happening.region);
            return;
        case "kill":
            system.kill(happening.region);
            await until(happening.untilMs);
            await system.restart(happening.region);
            return;
        case "evacuation":
            out.add(happening.region);
            await system.evacuate(happening.region);
            await until(happening.untilMs);
            await system.failBack(happening.region);
            out.delete(happening.region);
            return;
    }
}
