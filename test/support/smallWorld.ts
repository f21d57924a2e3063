import { randomInt } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

import { WorldClock } from "../../sandbox/world/clock";
import { Faults } from "../../sandbox/world/faults";
import { Journal } from "../../sandbox/world/journal";
import { Network, type NetworkPorts } from "../../sandbox/world/network";
import { Store, type Props } from "../../sandbox/world/store";
import type { MetricSample, MetricSink, World } from "../../sandbox/world/world";

/** A world with no parts yet, on ports nobody uses, that passes as fast as it can. */
export interface SmallWorld extends World {
    /** Puts a resource in the account, its outputs being its inputs and `computed`. */
    declare(type: string, region: string, id: string, inputs: Props, computed?: Props): void;
    /** Resolves when the condition holds; looks every world second, for at most an hour. */
    until(condition: () => boolean): Promise<void>;
    /** What a function printed so far. */
    logOf(region: string, functionName: string): string;
    /** Ends its time and removes its home. */
    end(): void;
}

export async function smallWorld(options: { readonly seed?: number } = {}): Promise<SmallWorld> {
    const clock = new WorldClock({ maxSpeed: 100_000 });
    const faults = new Faults();
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-world-"));
    const store = new Store();
    return {
        accountId: "111122223333",
        home,
        clock,
        faults,
        journal: new Journal(),
        store,
        network: new Network(clock, faults, await worldPorts()),
        random: seeded(options.seed ?? 1),
        declare: (type, region, id, inputs, computed = {}) =>
            store.put({ type, region, id, inputs, outputs: { ...inputs, ...computed } }),
        until: async (condition) => {
            for (let second = 0; !condition(); second++) {
                if (second === 3600) {
                    throw new Error("the condition did not come to hold within a world hour");
                }
                await clock.sleep(1000);
            }
        },
        logOf: (region, functionName) => {
            const file = path.join(home, "logs", `lambda-${region}-${functionName}.log`);
            return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
        },
        end: () => {
            clock.stop();
            fs.rmSync(home, { recursive: true, force: true });
        },
    };
}

/** Keeps what it is given. */
export class RecordedMetrics implements MetricSink {
    readonly samples: MetricSample[] = [];

    put(sample: MetricSample): void {
        this.samples.push(sample);
    }

    named(metric: string): readonly MetricSample[] {
        return this.samples.filter((sample) => sample.metric === metric);
    }
}

/** Where a process of specs says which ports are its own; no world has the address. */
const takenAddress = "127.254.254.254";
/** Where a world's ports are in use when they are in use at all. */
const usualAddress = "127.10.0.1";

/**
 * Ports that nobody uses, for the addresses of one world, and that no other process of specs is given
 * while this one lives: a world opens most of its sockets later.
 *
 * They are below what systems give to outgoing connections: a world's own clients bind its addresses,
 * and one of them could be given a port that a part of the world is yet to listen on.
 */
export async function worldPorts(): Promise<NetworkPorts> {
    for (;;) {
        const first = 4 * randomInt(2500, 8000);
        const [https, http, dns, api] = [first, first + 1, first + 2, first + 3];
        const taken = await listen(first, takenAddress);
        if (taken !== undefined && (await areFree([https, http, dns, api]))) {
            // Until the process ends, which it does not prevent.
            taken.unref();
            return { https, http, dns, api };
        }
        taken?.close();
    }
}

async function areFree(ports: readonly number[]): Promise<boolean> {
    for (const port of ports) {
        const server = await listen(port, usualAddress);
        if (server === undefined) {
            return false;
        }
        await new Promise((resolve) => server.close(resolve));
    }
    return true;
}

/** Undefined when somebody else listens there. */
function listen(port: number, address: string): Promise<net.Server | undefined> {
    return new Promise((resolve, reject) => {
        const server = net.createServer();
        server.once("error", (error: NodeJS.ErrnoException) =>
            error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
        );
        server.listen(port, address, () => resolve(server));
    });
}

/** mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
}
