import type { Streams } from "../streams/streams";
import type { EventSources, MappingStatus } from "./eventSources";

/** What one region's stream carried, and how far those who read it are. */
export interface StreamFlow {
    readonly region: string;
    /** Records written from the region itself. */
    readonly emitted: number;
    /** Records written from other regions, by region; repetitions are counted as well. */
    readonly received: Readonly<Record<string, number>>;
    /** Records that the stream forgot because they were too old. */
    readonly trimmed: number;
    /** Who reads it, by function name: how far behind, and what was given up. */
    readonly readers: Readonly<
        Record<string, Pick<MappingStatus, "lagMs" | "pending" | "givenUp">>
    >;
}

/** The streams of this name, one for each of the regions. */
export function streamFlows(
    streams: Streams,
    sources: EventSources,
    name: string,
    regions: readonly string[],
): readonly StreamFlow[] {
    return regions.map((region) => {
        const arn = streams.arnOf(region, name);
        const { written, trimmed } = streams.counts(arn);
        const { [`region:${region}`]: emitted = 0, ...others } = written;
        const readers = sources.statuses().filter(({ streamArn }) => streamArn === arn);
        return {
            region,
            emitted,
            received: Object.fromEntries(
                Object.entries(others).map(([caller, count]) => [
                    caller.replace(/^region:/, ""),
                    count,
                ]),
            ),
            trimmed,
            readers: Object.fromEntries(
                readers.map(({ functionArn, lagMs, pending, givenUp }) => [
                    functionArn.split(":").pop() ?? "",
                    { lagMs, pending, givenUp },
                ]),
            ),
        };
    });
}
