import type { FailbackGate } from "./commands/failback";
import { status } from "./commands/status";
import type { Estate } from "./estate";
import type { Probes } from "./probes";

export interface StatusGateOptions {
    /** How long a stage is watched. */
    readonly waitSeconds: number;
    /** @default 15 */
    readonly everySeconds?: number;
    readonly signal: AbortSignal;
    readonly onProgress: (line: string) => void;
}

/**
 * The gate of a failback by hand: the region's endpoint must be healthy, and once the votes are
 * cleared it must be in service, for as long as the stage is watched. What cannot be asked stops it:
 * a failback is never urgent.
 */
export function statusGate(
    estate: Estate,
    probes: Probes,
    region: string,
    options: StatusGateOptions,
): FailbackGate {
    const every = (options.everySeconds ?? 15) * 1000;
    return async (stage) => {
        const outStill = stage.id === "share-1";
        const end = performance.now() + options.waitSeconds * 1000;
        options.onProgress(`watching ${region} for ${options.waitSeconds} s`);
        for (;;) {
            await pause(Math.min(every, Math.max(0, end - performance.now())), options.signal);
            const report = await status(estate, probes);
            const found = report.regions.find((one) => one.region === region);
            const reason = found === undefined ? "it has no status" : reasonOf(found, outStill);
            if (performance.now() >= end) {
                return reason === undefined ? { ok: true } : { ok: false, reason };
            }
            // Health checks need a while to see a change; only what is bad at the end counts.
            if (reason !== undefined) {
                options.onProgress(`  ${reason}`);
            }
        }
    };
}

type RegionStatus = Awaited<ReturnType<typeof status>>["regions"][number];

function reasonOf(found: RegionStatus, outStill: boolean): string | undefined {
    if (found.endpoint.kind === "unknown") {
        return `its endpoint's health is not known: ${found.endpoint.reason}`;
    }
    if (found.endpoint.value !== "healthy") {
        return "its endpoint is unhealthy";
    }
    if (outStill) {
        return undefined;
    }
    if (found.inService.kind === "unknown") {
        return `whether it is in service is not known: ${found.inService.reason}`;
    }
    return found.inService.value ? undefined : "it is not in service";
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const timer = setTimeout(done, ms);
        signal.addEventListener("abort", aborted, { once: true });
        function done(): void {
            signal.removeEventListener("abort", aborted);
            resolve();
        }
        function aborted(): void {
            clearTimeout(timer);
            reject(signal.reason as Error);
        }
    });
}
