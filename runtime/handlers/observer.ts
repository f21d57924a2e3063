import { embeddedMetric } from "./embeddedMetric";
import { readObserverEnvironment } from "./environment";
import { probe } from "./probe";

/** What an EventBridge schedule delivers, as far as the observer reads it. */
interface ScheduledEvent {
    /** ISO 8601. The handler takes its time from here, so that a late run still reports the minute it was meant for. */
    readonly time: string;
}

/**
 * What probes ask for in turn: what a user would call first, and what goes through the table. A region
 * that shows its catalogue and takes no orders has failed, and half of the probes have to see it.
 */
const probePaths = ["/catalogue", "/health/deep"] as const;

/**
 * Looks at every other region from outside, once a run, and reports the share of failed probes as
 * a metric. Runs where the observed region's failure cannot reach it.
 */
export async function handler(event: ScheduledEvent): Promise<void> {
    const environment = readObserverEnvironment(process.env);
    const atMs = Date.parse(event.time);
    await Promise.all(
        Object.entries(environment.TARGETS).map(async ([observed, origin]) => {
            const results = await Promise.all(
                Array.from({ length: environment.PROBES }, (_, index) =>
                    probe(new URL(probePaths[index % probePaths.length] as string, origin)),
                ),
            );
            const failures = results.filter((result) => result !== "ok");
            console.log(
                embeddedMetric({
                    atMs,
                    namespace: "Meridian/Observer",
                    metric: "FailedProbePercent",
                    unit: "Percent",
                    value: (100 * failures.length) / results.length,
                    dimensions: { ObservedRegion: observed, ObserverRegion: environment.REGION },
                    properties: { failures: countBy(failures), probes: results.length },
                }),
            );
        }),
    );
}

function countBy(values: readonly string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const value of values) {
        counts[value] = (counts[value] ?? 0) + 1;
    }
    return counts;
}
