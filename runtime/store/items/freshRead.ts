import { UnavailableError } from "../calls/caller";
import { sleep } from "../calls/clock";
import type { HedgedReads } from "../calls/hedged";
import type { Key } from "../keys";
import type { Read, Sight, Unavailable } from "../results";
import type { SessionToken } from "../sessionToken";
import type { StoreContext } from "./context";
import { failureKind } from "../calls/failure";

export interface ReadOptions {
    /**
     * `local` reads the nearest replica, `home` the one truth of an item that has a home, at its owner; what
     * merges has none, and is read locally. @default "local"
     */
    readonly consistency?: "local" | "home";
    /** What the session has seen already; the answer then has a token to go on with. */
    readonly token?: SessionToken;
    /** Longest wait for replication when the nearest replica is behind the token, milliseconds. @default 300 */
    readonly waitMs?: number;
}

export interface ReadSteps<V> {
    readonly context: Pick<StoreContext, "caller" | "clock" | "replicas">;
    readonly hedged: HedgedReads;
    readonly key: Key;
    /** One attempt in a region. */
    readonly readIn: (region: string, strong: boolean, signal: AbortSignal) => Promise<Sight<V>>;
    /** Reads at the home; undefined when it is not to. */
    readonly atHome: (() => Promise<Sight<V> | Unavailable>) | undefined;
}

/** How long between two looks at a replica that is behind, milliseconds. */
const lookMs = 50;

/**
 * Reads what a session may see. If the nearest replica is behind the session's token, in this order:
 *
 * 1. it is read again, strongly: the eventually consistent read may have been the old one;
 * 2. for a bounded time, until the write arrives: replication usually takes about a second, and a session
 *    that changed its region has been under way for a part of that;
 * 3. in the regions that wrote what is missing, strongly: each has its own writes;
 * 4. `behind`: nobody who can be asked has it. The client is told what there is and decides: show it, wait,
 *    or go by a receipt. To answer with old data as if it were new would break the promise, and to fail
 *    would take away what is there.
 */
export async function freshRead<V>(steps: ReadSteps<V>, options: ReadOptions): Promise<Read<V>> {
    const { context, hedged, key, readIn, atHome } = steps;
    const { caller, clock, replicas } = context;
    const deadlineMs = caller.deadline();
    const { token } = options;
    const seen = token?.of(key);
    const answer = (sight: Sight<V>): Read<V> | undefined => {
        const { value, version, region } = sight;
        if (seen !== undefined && !version.covers(seen)) {
            return undefined;
        }
        const session = token === undefined ? {} : { token: token.saw(key, version) };
        return value === undefined
            ? { kind: "absent", version, region, ...session }
            : { kind: "found", value, version, region, ...session };
    };
    if (atHome !== undefined) {
        const sight = await atHome();
        return "kind" in sight ? sight : (answer(sight) ?? behind(sight));
    }
    let newest: Sight<V>;
    try {
        const { result } = await hedged.read(
            (region, signal) => readIn(region, false, signal),
            deadlineMs,
        );
        newest = result;
    } catch (error) {
        if (error instanceof UnavailableError) {
            return { kind: "unavailable", reason: error.message };
        }
        throw error;
    }
    const look = async (region: string): Promise<Read<V> | undefined> => {
        try {
            const sight = await caller.once(
                region,
                (signal) => readIn(region, true, signal),
                deadlineMs,
            );
            newest = sight.version.covers(newest.version) ? sight : newest;
            return answer(sight);
        } catch (error) {
            if (failureKind(error) === "refused") {
                throw error;
            }
            return undefined;
        }
    };
    const { region } = newest;
    const untilMs = Math.min(deadlineMs, clock.now() + (options.waitMs ?? 300));
    let fresh = answer(newest) ?? (await look(region));
    while (fresh === undefined && clock.now() + lookMs < untilMs) {
        await sleep(clock, lookMs);
        fresh = await look(region);
    }
    const { version } = newest;
    for (const writer of seen?.replicas ?? []) {
        if (
            fresh === undefined &&
            replicas.has(writer) &&
            version.get(writer) < (seen?.get(writer) ?? 0)
        ) {
            fresh = await look(writer);
        }
    }
    return fresh ?? behind(newest);

    function behind({ value, version: there }: Sight<V>): Read<V> {
        return { kind: "behind", value, version: there, seen: seen ?? there };
    }
}
