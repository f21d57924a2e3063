import type { Cloud } from "./cloud";
import { regions } from "./cloud";
import type { Call, Operation, Result, Value } from "./history/operation";
import { Refusal, type Caller, type Keys, type System } from "./system";

/** How long a client waits for an answer, world milliseconds. */
const patienceMs = 4000;
/** A client's pause between two calls, world milliseconds. */
const pauseMs = { least: 100, most: 900 };
/** Chances that an order whose fate is not known is placed again. */
const retryShare = 0.8;

export const skus = ["mug", "pen", "cap", "bag", "sock"] as const;

/** What clients use. Orders' keys are made as they are placed: `keys.order` grows. */
export interface SharedKeys extends Keys {
    readonly order: string[];
}

interface Deps {
    readonly cloud: Cloud;
    readonly system: System;
    readonly keys: SharedKeys;
    readonly random: () => number;
    /** Where a client is sent that likes a region best. */
    readonly route: (preferred: string) => string;
    readonly startMs: number;
}

/** Many clients, each with one call at a time, and what they saw. */
export class Clients {
    readonly #operations: Operation[] = [];
    /** Every value of a profile is written once. */
    #nextValue = 1;
    #stopped = false;

    constructor(private readonly deps: Deps) {}

    /** Operations by invocation. */
    get operations(): readonly Operation[] {
        return this.#operations;
    }

    /** Lets so many clients go on until `stop`. Resolves when the last one has ended. */
    async run(count: number): Promise<void> {
        await Promise.all(Array.from({ length: count }, (_, process) => this.#client(process)));
    }

    stop(): void {
        this.#stopped = true;
    }

    async #client(process: number): Promise<void> {
        const { cloud, random } = this.deps;
        const preferred = regions[process % regions.length] as string;
        const caller: Caller = { session: `session-${process}` };
        /** What a profile held when this client last looked. */
        const seen = new Map<string, number | null>();
        let again: { readonly key: string; readonly call: Call } | undefined;
        let orders = 0;
        while (!this.#stopped) {
            await cloud.world.clock.sleep(
                pauseMs.least + (pauseMs.most - pauseMs.least) * random(),
            );
            const { key, call } = again ?? this.#choose(process, orders++, seen);
            again = undefined;
            const result = await this.#perform(process, caller, preferred, key, call);
            if (call.kind === "profile" && result.type === "ok") {
                seen.set(
                    key,
                    call.f === "read"
                        ? (result.value as number | null)
                        : call.f === "swap"
                          ? call.to
                          : call.value,
                );
            }
            if (call.kind === "order" && result.type === "info" && random() < retryShare) {
                again = { key, call };
            }
        }
    }

    async #perform(
        process: number,
        caller: Caller,
        preferred: string,
        key: string,
        call: Call,
    ): Promise<Result> {
        const { cloud, system, route, startMs } = this.deps;
        const region = route(preferred);
        const at = this.#operations.length;
        const now = (): number => cloud.world.clock.now() - startMs;
        const operation = {
            index: at,
            process,
            session: caller.session,
            region,
            key,
            call,
            invokedMs: now(),
        };
        const open: Result = { type: "info", reason: "the run ended" };
        this.#operations.push({ ...operation, completedMs: Infinity, result: open });
        const result = await this.#answer(() => system.call(region, caller, key, call), region);
        this.#operations[at] = {
            ...operation,
            completedMs: result.type === "info" ? Infinity : now(),
            result,
        };
        return result;
    }

    /** What came of a call: an answer, a refusal, or nothing in time. */
    async #answer(ask: () => Promise<Value | undefined>, region: string): Promise<Result> {
        const { cloud, random } = this.deps;
        const { faults, clock } = cloud.world;
        if (faults.blackedOut(region)) {
            await clock.sleep(300);
            return { type: "fail", reason: "no connection" };
        }
        const gray = faults.gray(region);
        const fails = gray !== undefined && random() < gray.errorRate;
        if (fails && random() < 0.5) {
            return { type: "info", reason: "500" };
        }
        const waited = new AbortController();
        try {
            const answered = ask().then(
                (value): Result => ({ type: "ok", ...(value === undefined ? {} : { value }) }),
                (error: unknown): Result => {
                    const reason =
                        error instanceof Error ? `${error.name}: ${error.message}` : String(error);
                    return { type: error instanceof Refusal ? "fail" : "info", reason };
                },
            );
            const late = clock
                .sleep(patienceMs, waited.signal)
                .then((): Result => ({ type: "info", reason: "timeout" }));
            late.catch(() => undefined);
            const result = await Promise.race([answered, late]);
            return fails || faults.blackedOut(region)
                ? { type: "info", reason: fails ? "500" : "the connection broke" }
                : result;
        } finally {
            waited.abort();
        }
    }

    #choose(
        process: number,
        count: number,
        seen: ReadonlyMap<string, number | null>,
    ): { readonly key: string; readonly call: Call } {
        const { keys, random } = this.deps;
        const pick = <T>(values: readonly T[]): T =>
            values[Math.floor(random() * values.length)] as T;
        const amount = 1 + Math.floor(random() * 3);
        const dice = random();
        if (dice < 0.4) {
            // Every third client shares a cart with the one before it: two devices of one shopper.
            const own = process % 3 === 2 ? process - 1 : process;
            const key = keys.cart[own % keys.cart.length] as string;
            const call: Call =
                random() < 0.35
                    ? { kind: "cart", f: "read" }
                    : {
                          kind: "cart",
                          f: "set",
                          sku: pick(skus),
                          quantity: Math.floor(random() * 6),
                      };
            return { key, call };
        }
        if (dice < 0.55) {
            if (random() < 0.3 && keys.order.length > 0) {
                return { key: pick(keys.order), call: { kind: "order", f: "read" } };
            }
            const key = `order-${process}-${count}`;
            keys.order.push(key);
            return { key, call: { kind: "order", f: "place", body: `${amount} ${pick(skus)}` } };
        }
        if (dice < 0.75) {
            const key = pick(keys.stock);
            const f = random();
            return {
                key,
                call:
                    f < 0.15
                        ? { kind: "stock", f: "read" }
                        : { kind: "stock", f: f < 0.25 ? "add" : "take", amount },
            };
        }
        const key = pick(keys.profile);
        const f = random();
        return {
            key,
            call:
                f < 0.55
                    ? { kind: "profile", f: "read", strong: f < 0.2 }
                    : f < 0.75
                      ? { kind: "profile", f: "write", value: this.#nextValue++ }
                      : {
                            kind: "profile",
                            f: "swap",
                            from: seen.get(key) ?? null,
                            to: this.#nextValue++,
                        },
        };
    }
}
