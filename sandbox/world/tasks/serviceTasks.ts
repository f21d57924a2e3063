import { setTimeout as realSleep } from "node:timers/promises";

import type { Registration, Targets } from "../targets";
import type { World } from "../world";
import type { TaskProcess } from "./taskProcess";
import { TaskSpecError, type TaskSpec } from "./taskSpec";
import { untilHealthy } from "./untilHealthy";

export interface ServiceTasksOptions {
    readonly targets: Targets;
    /** How long a target group lets a leaving target finish, milliseconds. */
    readonly deregistrationDelayMs: (groupArn: string) => number;
    /** Starts a process for the spec. */
    readonly spawn: (spec: TaskSpec) => Promise<TaskProcess>;
}

/** Failed starts after which a deployment circuit breaker trips: ECS's least number. */
const breakerThreshold = 3;
/** Longest wait between starts, world milliseconds. */
const longestBackoffMs = 60_000;
/** Longest time from start to listening, real milliseconds: it is this machine that is slow. */
const listeningWithinMs = 60_000;
const superseded = "superseded by another revision";

interface Running {
    readonly task: TaskProcess;
    readonly registrations: readonly Registration[];
    /** World time. */
    readonly sinceMs: number;
}

/**
 * Keeps one service running as the account wants it: starts its process, waits until the load
 * balancer finds it healthy, rolls over to a new revision, and starts it again when it ends.
 */
export class ServiceTasks {
    #wanted: TaskSpec | TaskSpecError | undefined;
    #current: Running | undefined;
    readonly #tasks = new Set<TaskProcess>();
    #failures = 0;
    #notBeforeMs = 0;
    #lastFailure: string | undefined;
    #stopped = false;
    #waiting: (() => void)[] = [];
    /** Resolves when nothing is left of the service after `want(undefined)`. */
    readonly done: Promise<void>;

    constructor(
        private readonly world: World,
        private readonly options: ServiceTasksOptions,
        wanted: TaskSpec | TaskSpecError,
    ) {
        this.#wanted = wanted;
        this.done = this.#run();
    }

    /** What should run from now on; nothing after a delete. */
    want(wanted: TaskSpec | TaskSpecError | undefined): void {
        if (revisionOf(wanted) !== revisionOf(this.#wanted)) {
            this.#failures = 0;
            this.#notBeforeMs = 0;
            this.#lastFailure = undefined;
        }
        this.#wanted = wanted;
        this.#signal();
    }

    /** Processes that exist, those that drain among them. */
    get processes(): readonly TaskProcess[] {
        return [...this.#tasks];
    }

    /** Tasks that run, for real or in name. */
    get runningCount(): number {
        return this.#current?.task.alive === true ? this.#desired() : 0;
    }

    /** Why the last process failed to start, or ended. */
    get lastFailure(): string | undefined {
        return this.#wanted instanceof TaskSpecError ? this.#wanted.message : this.#lastFailure;
    }

    /**
     * Resolves once the newest revision runs and is healthy, or nothing runs and nothing should.
     *
     * @throws Error when the deployment has failed
     */
    async steady(): Promise<void> {
        for (;;) {
            if (this.#wanted instanceof TaskSpecError) {
                throw this.#wanted;
            }
            if (!this.#needsStart() && (this.#desired() > 0 || this.#current === undefined)) {
                return;
            }
            if (this.#wanted?.circuitBreaker === true && this.#failures >= breakerThreshold) {
                throw new Error(
                    `deployment failed: ${this.#failures} tasks failed to start (${this.#lastFailure})`,
                );
            }
            await this.#next();
        }
    }

    /** Ends at once: the world is closing. */
    async stop(): Promise<void> {
        this.#stopped = true;
        this.#signal();
        await Promise.all(this.processes.map((task) => task.end()));
    }

    async #run(): Promise<void> {
        while (!this.#stopped) {
            const current = this.#current;
            if (current !== undefined && this.#desired() === 0) {
                await this.#retire(current);
            } else if (this.#wanted === undefined) {
                return;
            } else if (!this.#needsStart()) {
                await this.#next();
            } else if (this.world.clock.now() < this.#notBeforeMs) {
                const waitMs = this.#notBeforeMs - this.world.clock.now();
                await Promise.race([this.world.clock.sleep(waitMs), this.#next()]);
            } else {
                await this.#deploy(this.#wanted as TaskSpec);
            }
            this.#signal();
        }
    }

    /** Starts the wanted revision and then ends the old one. */
    async #deploy(wanted: TaskSpec): Promise<void> {
        const old = this.#current;
        const failure = await this.#start(wanted).catch((error: Error) => error.message);
        if (failure === undefined) {
            if (old !== undefined) {
                await this.#retire(old);
            }
        } else if (failure !== superseded) {
            this.#failed(failure);
        }
    }

    /** Says why it did not work; nothing when it did. */
    async #start(wanted: TaskSpec): Promise<string | undefined> {
        const { targets, spawn } = this.options;
        const task = await spawn(wanted);
        this.#tasks.add(task);
        void task.exited.then(() => this.#tasks.delete(task));
        if (this.#stopped) {
            await task.end();
            return superseded;
        }
        const up = await this.world.clock.io(() =>
            Promise.race([
                task.listening.then(() => "listening"),
                task.exited,
                realSleep(listeningWithinMs, "not listening in time", { ref: false }),
            ]),
        );
        if (up !== "listening") {
            task.kill();
            return up;
        }
        const registrations = wanted.targets.map(({ groupArn, port }) =>
            targets.register(groupArn, {
                id: `${task.address}:${port}`,
                address: task.address,
                port: task.portFor(port),
                portFor: (other) => task.portFor(other),
                count: () => this.#desired(),
            }),
        );
        const failure = await Promise.race([
            untilHealthy(this.world.clock, targets, registrations),
            task.exited,
            this.#replaced(wanted.revision),
        ]);
        if (failure !== undefined) {
            registrations.forEach((registration) => targets.remove(registration));
            await task.stop(wanted.stopTimeoutMs);
            return failure;
        }
        const running = { task, registrations, sinceMs: this.world.clock.now() };
        this.#current = running;
        void task.exited.then((reason) => this.#onExit(running, reason));
        return undefined;
    }

    /** Resolves when something else is wanted. */
    async #replaced(revision: string): Promise<string> {
        while (!this.#stopped && revisionOf(this.#wanted) === revision) {
            await this.#next();
        }
        return superseded;
    }

    /** Takes a process out of its groups, lets it finish and ends it. */
    async #retire(running: Running): Promise<void> {
        const { clock } = this.world;
        const { targets, deregistrationDelayMs } = this.options;
        this.#current = this.#current === running ? undefined : this.#current;
        for (const registration of running.registrations) {
            targets.drain(registration);
            const untilMs = clock.now() + deregistrationDelayMs(registration.groupArn);
            while (registration.inFlight > 0 && clock.now() < untilMs && !this.#stopped) {
                await clock.sleep(100);
            }
        }
        await running.task.stop(running.task.spec.stopTimeoutMs);
        running.registrations.forEach((registration) => targets.remove(registration));
    }

    #onExit(running: Running, reason: string): void {
        if (this.#current === running) {
            this.#current = undefined;
            running.registrations.forEach((registration) =>
                this.options.targets.remove(registration),
            );
            if (this.world.clock.now() - running.sinceMs > longestBackoffMs) {
                this.#failures = 0;
            }
            this.#failed(reason);
        }
    }

    #failed(reason: string): void {
        this.#lastFailure = reason;
        this.#failures++;
        this.#notBeforeMs =
            this.world.clock.now() + Math.min(longestBackoffMs, 500 * 2 ** this.#failures);
        this.#signal();
    }

    #needsStart(): boolean {
        return (
            this.#desired() > 0 && this.#current?.task.spec.revision !== revisionOf(this.#wanted)
        );
    }

    #desired(): number {
        return this.#wanted instanceof TaskSpecError ? 0 : (this.#wanted?.desired ?? 0);
    }

    /** Resolves at the next signal. */
    #next(): Promise<void> {
        return new Promise((resolve) => this.#waiting.push(resolve));
    }

    #signal(): void {
        const waiting = this.#waiting;
        this.#waiting = [];
        waiting.forEach((resolve) => resolve());
    }
}

function revisionOf(wanted: TaskSpec | TaskSpecError | undefined): string | undefined {
    return wanted instanceof TaskSpecError ? `error: ${wanted.message}` : wanted?.revision;
}
