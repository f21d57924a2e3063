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
 * window whose failures count as an outage. `sinceMs` when there was no outage at all; undefined when
 * the last window is one, so that nobody can say that it is over. A rest too short for a window of its
 * own belongs to the last one.
 */
export function recoveredAt(
    samples: readonly ShopperSample[],
    sinceMs: number,
    toMs: number,
    options: { readonly windowMs: number; readonly outageRatio: number },
): number | undefined {
    const count = Math.max(1, Math.floor((toMs - sinceMs) / options.windowMs));
    const windows: ShopperSample[][] = Array.from({ length: count }, () => []);
    for (const sample of honouring(samples, sinceMs, toMs)) {
        const index = Math.floor((sample.atMs - sinceMs) / options.windowMs);
        windows[Math.min(index, count - 1)]?.push(sample);
    }
    const bad = windows
        .map((window) => failed(window).length > window.length * options.outageRatio)
        .lastIndexOf(true);
    if (bad === -1) {
        return sinceMs;
    }
    return bad === count - 1 ? undefined : Math.max(...failed(windows[bad] ?? []).map(endOf));
}

/** The longest that a client that honours times to live waited for a request that failed in the end. */
export function patienceMs(
    samples: readonly ShopperSample[],
    sinceMs: number,
    toMs: number,
): number {
    const waits = failed(honouring(samples, sinceMs, toMs)).map((sample) => sample.latencyMs);
    return Math.max(0, ...waits);
}

function honouring(
    samples: readonly ShopperSample[],
    sinceMs: number,
    toMs: number,
): readonly ShopperSample[] {
    return samples.filter(
        (sample) => !sample.stale && sample.atMs >= sinceMs && sample.atMs < toMs,
    );
}

function failed(samples: readonly ShopperSample[]): readonly ShopperSample[] {
    return samples.filter((sample) => !sample.ok);
}

function endOf(sample: ShopperSample): number {
    return sample.atMs + sample.latencyMs;
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
    const judged = honouring(inside, fromMs, toMs);
    const geographies = [...new Set(judged.map((sample) => sample.geography))].sort();
    const windows = windowsOf(judged, fromMs, toMs, options.windowMs);
    return {
        byGeography: Object.fromEntries(
            geographies.map((geography) => [
                geography,
                percentFailed(judged.filter((sample) => sample.geography === geography)),
            ]),
        ),
        peak: Math.max(
            0,
            ...windows.map((window) =>
                window.requests === 0 ? 0 : round((100 * window.errors) / window.requests),
            ),
        ),
        budgetUsed: round(percentFailed(judged) / options.budgetPercent),
        requests: judged.length,
        failures: failed(judged).length,
        staleClients:
            inside.length === judged.length
                ? undefined
                : percentFailed(inside.filter((sample) => sample.stale)),
    };
}

function percentFailed(samples: readonly ShopperSample[]): number {
    return samples.length === 0 ? 0 : round((100 * failed(samples).length) / samples.length);
}

function round(value: number): number {
    return Math.round(value * 100) / 100;
}
