import type { ShopperSample } from "../rehearsal";

/** Requests of one stretch of world time. */
export interface Window {
    /** World milliseconds. */
    readonly fromMs: number;
    readonly requests: number;
    readonly errors: number;
    /** Share of the answered requests by the region that answered, 0 to 1. */
    readonly shares: Readonly<Record<string, number>>;
}

/** Cuts samples into windows of equal width; the last one may be short. */
export function windowsOf(
    samples: readonly ShopperSample[],
    fromMs: number,
    toMs: number,
    windowMs: number,
): readonly Window[] {
    const windows: Window[] = [];
    for (let start = fromMs; start < toMs; start += windowMs) {
        const end = Math.min(start + windowMs, toMs);
        const inside = samples.filter((sample) => sample.atMs >= start && sample.atMs < end);
        const served = inside.filter((sample) => sample.region !== undefined);
        const regions = [...new Set(served.map((sample) => sample.region as string))].sort();
        windows.push({
            fromMs: start,
            requests: inside.length,
            errors: inside.filter((sample) => !sample.ok).length,
            shares: Object.fromEntries(
                regions.map((region) => [
                    region,
                    served.filter((sample) => sample.region === region).length / served.length,
                ]),
            ),
        });
    }
    return windows;
}

/**
 * When clients that honour a record's time to live were well for good: the end of the last failure of the last
 * window whose failures count as an outage. `sinceMs` when there was no outage at all.
 */
export function recoveredAt(
    samples: readonly ShopperSample[],
    sinceMs: number,
    toMs: number,
    options: { readonly windowMs: number; readonly outageRatio: number },
): number {
    const honouring = samples.filter((sample) => !sample.stale);
    const bad = windowsOf(honouring, sinceMs, toMs, options.windowMs)
        .filter((window) => window.errors > window.requests * options.outageRatio)
        .at(-1);
    if (bad === undefined) {
        return sinceMs;
    }
    const failures = honouring.filter(
        (sample) =>
            !sample.ok &&
            sample.atMs >= bad.fromMs &&
            sample.atMs < Math.min(bad.fromMs + options.windowMs, toMs),
    );
    return Math.max(sinceMs, ...failures.map((sample) => sample.atMs + sample.latencyMs));
}

export interface ErrorFigures {
    /** Percent of each geography's requests that failed. */
    readonly byGeography: Readonly<Record<string, number>>;
    /** Percent in the worst window. */
    readonly peak: number;
    /** Share of the budget that the failures used; above 1 it is overdrawn. */
    readonly budgetUsed: number;
    readonly requests: number;
    readonly failures: number;
    /** Percent for clients that keep addresses longer than their time to live; undefined without any. */
    readonly staleClients: number | undefined;
}

/** Failures between two moments, against a budget in percent. Clients that ignore times to live are told apart. */
export function errorFigures(
    samples: readonly ShopperSample[],
    fromMs: number,
    toMs: number,
    options: { readonly windowMs: number; readonly budgetPercent: number },
): ErrorFigures {
    const inside = samples.filter((sample) => sample.atMs >= fromMs && sample.atMs < toMs);
    const honouring = inside.filter((sample) => !sample.stale);
    const geographies = [...new Set(honouring.map((sample) => sample.geography))].sort();
    const windows = windowsOf(honouring, fromMs, toMs, options.windowMs);
    const failed = percentFailed(honouring);
    return {
        byGeography: Object.fromEntries(
            geographies.map((geography) => [
                geography,
                percentFailed(honouring.filter((sample) => sample.geography === geography)),
            ]),
        ),
        peak: Math.max(
            0,
            ...windows.map((window) =>
                window.requests === 0 ? 0 : round((100 * window.errors) / window.requests),
            ),
        ),
        budgetUsed: round(failed / options.budgetPercent),
        requests: honouring.length,
        failures: honouring.filter((sample) => !sample.ok).length,
        staleClients:
            inside.length === honouring.length
                ? undefined
                : percentFailed(inside.filter((sample) => sample.stale)),
    };
}

function percentFailed(samples: readonly ShopperSample[]): number {
    return samples.length === 0
        ? 0
        : round((100 * samples.filter((sample) => !sample.ok).length) / samples.length);
}

function round(value: number): number {
    return Math.round(value * 100) / 100;
}
