import type { PartReport } from "../../../automation/commands/benchParts";
import { atLeast, atMost, plain, short } from "../figures";
import { quantile } from "../measure";
import { runReplication, type ReplicationOptions, type ReplicationRun } from "./run";

const usual: ReplicationOptions = {
    eventsPerSecond: 5000,
    shards: 8,
    warmUpSeconds: 10,
    seconds: 30,
};

/** The real replicator and consumer at a steady load, against a stand-in for the streams and the table. */
export async function replicationReport(options: ReplicationOptions = usual): Promise<PartReport> {
    return reportOf(options, await runReplication(options));
}

/** Pure. */
export function reportOf(
    { eventsPerSecond }: ReplicationOptions,
    { samples, last, cpuMs }: ReplicationRun,
): PartReport {
    const [first, final] = [samples[0], samples.at(-1)];
    const seconds = (final?.atMs ?? NaN) / 1000;
    const applied = (final?.applied ?? NaN) - (first?.applied ?? NaN);
    const growth = slope(
        samples.map(({ atMs, emitted, applied: done }) => [atMs / 1000, emitted - done]),
    );
    const lags = samples.slice(1).flatMap(({ lagsMs }) => lagsMs);
    const parts = (["replicator", "consumer", "cloud"] as const).map(
        (name) => [name, cpuMs[name]] as const,
    );
    const total = parts.reduce((sum, [, ms]) => sum + ms, 0);
    return {
        figures: [
            // A hundredth for where in a batch the clock stops.
            atLeast(
                "replication: events applied",
                applied / seconds,
                0.99 * eventsPerSecond,
                "a second",
            ),
            atMost("replication: the backlog grows by", growth, eventsPerSecond / 100, "a second"),
            atMost(
                `replication: cores for ${eventsPerSecond} events a second, stand-in and all`,
                ((total / applied) * eventsPerSecond) / 1000,
                2,
                "cores",
            ),
            atMost(
                "replication: events not applied exactly once",
                Math.abs(last.emitted - last.orders) + Math.abs(last.applied - last.orders),
                0,
                "events",
            ),
            plain("replication: lag, median", quantile(lags, 0.5), "ms"),
            plain("replication: lag, 99 %", quantile(lags, 0.99), "ms"),
        ],
        tables: [
            {
                title: "Replication: processor time",
                head: ["process", "us an event", "events a second and core"],
                rows: parts.map(([name, ms]) => [
                    name === "cloud" ? "stand-in, and who places the orders" : name,
                    short((ms * 1000) / applied),
                    short(applied / (ms / 1000)),
                ]),
            },
            {
                title: "Replication: second by second",
                head: ["second", "applied", "backlog", "lag, median ms", "lag, 99 % ms"],
                rows: samples
                    .slice(1)
                    .map((one, i) => [
                        short(one.atMs / 1000),
                        String(one.applied - (samples[i]?.applied ?? NaN)),
                        String(one.emitted - one.applied),
                        short(quantile(one.lagsMs, 0.5)),
                        short(quantile(one.lagsMs, 0.99)),
                    ]),
            },
        ],
    };
}

/** Of the straight line that is nearest to the points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
    const mean = (of: 0 | 1): number =>
        points.reduce((sum, point) => sum + point[of], 0) / points.length;
    const [x, y] = [mean(0), mean(1)];
    return (
        points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) /
        points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
    );
}
