import { randomUUID } from "node:crypto";

import type { World } from "../world";
import type { FunctionDefinition } from "./definition";
import type { Ending, Instance } from "./instance";

/** What makes and serves the function's instances. */
export interface PoolHost {
    create(definition: FunctionDefinition): Instance;
    count(definition: FunctionDefinition, metric: string, value: number): void;
    /** World time minus the machine's, milliseconds. */
    offsetMs(): number;
    /** Instances the world can afford at a time for a function that reserves none. */
    readonly unreserved: number;
}

interface Waiting {
    readonly payload: unknown;
    readonly untilMs: number;
    readonly end: (ending: Ending | undefined) => void;
}

/** Runs one function's invocations on as many instances as it may have, the rest in line. */
export class Pool {
    #idle: Instance[] = [];
    #busy = new Set<Instance>();
    #line: Waiting[] = [];

    constructor(
        private readonly world: World,
        public definition: FunctionDefinition,
        private readonly host: PoolHost,
    ) {}

    /**
     * Runs the handler; undefined when its turn did not come in time.
     *
     * @param untilMs world time, milliseconds
     */
    run(payload: unknown, untilMs: number): Promise<Ending | undefined> {
        return new Promise((resolve) => {
            const waiting: Waiting = { payload, untilMs, end: resolve };
            this.#line.push(waiting);
            this.pump();
            if (this.#line.includes(waiting)) {
                if (this.definition.reserved !== undefined) {
                    this.host.count(this.definition, "Throttles", 1);
                }
                this.world.clock.after(untilMs - this.world.clock.now(), () => this.pump());
            }
        });
    }

    /** Starts what can start. */
    pump(): void {
        const { clock, faults } = this.world;
        const late = this.#line.filter((waiting) => waiting.untilMs <= clock.now());
        this.#line = this.#line.filter((waiting) => !late.includes(waiting));
        late.forEach((waiting) => waiting.end(undefined));
        const most = this.definition.reserved ?? this.host.unreserved;
        while (
            this.#line.length > 0 &&
            this.#busy.size < most &&
            !faults.blackedOut(this.definition.region)
        ) {
            const waiting = this.#line.shift();
            if (waiting !== undefined) {
                void this.#start(waiting);
            }
        }
    }

    /** Replaces the function's code and settings; what runs, runs to its end. */
    replace(definition: FunctionDefinition): void {
        const changed = definition.signature !== this.definition.signature;
        this.definition = definition;
        if (changed) {
            const idle = this.#idle;
            this.#idle = [];
            void this.world.clock.io(() => killAll(idle, "Runtime.Replaced"));
        }
        this.pump();
    }

    /** Something in the world may have ended what the invocations wait for. */
    stir(): void {
        this.#busy.forEach((instance) => instance.stir());
    }

    /** A connection from this port of the region's is not answered any more. */
    swallow(port: number): void {
        this.#busy.forEach((instance) => instance.swallow(port));
    }

    /** The region is lost with everything that runs in it. */
    lose(): Promise<void> {
        const instances = [...this.#idle, ...this.#busy];
        this.#idle = [];
        return killAll(instances, "Runtime.RegionLost");
    }

    async stop(): Promise<void> {
        const line = this.#line;
        this.#line = [];
        line.forEach((waiting) => waiting.end(undefined));
        await this.lose();
    }

    async #start(waiting: Waiting): Promise<void> {
        const { definition } = this;
        const instance = this.#idle.pop() ?? this.host.create(definition);
        this.#busy.add(instance);
        const ending = await this.world.clock.io(() => this.#invoke(instance, waiting.payload));
        this.#busy.delete(instance);
        if (instance.usable && definition.signature === this.definition.signature) {
            this.#idle.push(instance);
        } else if (instance.usable) {
            await this.world.clock.io(() => killAll([instance], "Runtime.Replaced"));
        }
        waiting.end(ending);
        this.pump();
    }

    async #invoke(instance: Instance, payload: unknown): Promise<Ending> {
        const { clock } = this.world;
        const { definition } = this;
        const { timeoutMs } = definition;
        const startMs = clock.now();
        this.host.count(definition, "Invocations", 1);
        // While the invocation's `io` is open, world time passes as the machine's does, unless all it does is wait.
        const cancel = clock.after(timeoutMs, () => {
            void instance.kill({
                errorType: "Sandbox.Timedout",
                errorMessage: `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
            });
        });
        const ending = await instance.invoke({
            requestId: randomUUID(),
            payload,
            timeoutMs,
            offsetMs: this.host.offsetMs(),
        });
        cancel();
        this.host.count(definition, "Duration", clock.now() - startMs);
        this.host.count(definition, "Errors", ending.ok ? 0 : 1);
        return ending;
    }
}

async function killAll(instances: readonly Instance[], errorType: string): Promise<void> {
    await Promise.all(
        instances.map((instance) =>
            instance.kill({ errorType, errorMessage: "the execution environment was shut down" }),
        ),
    );
}
