import type { DrillReport, DrillStep } from "./report";

const bars = " ▁▂▃▄▅▆▇█";

/** Steps whose beginning is marked under the curves, by id. */
const marks = {
    fault: ["F", "fault"],
    evacuate: ["E", "evacuation"],
    heal: ["H", "healed"],
    failback: ["B", "failback"],
} as const;

/**
 * Each region's share of the answers over world time, one character per window, the share of requests
 * that failed under it, and where the steps began. Empty before there was traffic.
 */
export function trafficLines(report: DrillReport): readonly string[] {
    const { traffic } = report;
    const [first] = traffic;
    if (first === undefined) {
        return [];
    }
    const regions = [...new Set(traffic.flatMap((window) => Object.keys(window.shares)))].sort();
    const width = Math.max(...regions.map((region) => region.length), "failures".length);
    const line = (name: string, text: string): string => `${name.padEnd(width)}  ${text}`;
    const widthSeconds = (traffic[1]?.atSeconds ?? first.atSeconds) - first.atSeconds;
    const shown = marksIn(report.steps);
    return [
        [
            `who answered, ${widthSeconds} s of world time a character (█ all, ▁ some)`,
            ...regions.map((region) =>
                line(region, traffic.map((window) => bar(window.shares[region] ?? 0)).join("")),
            ),
            line(
                "failures",
                traffic
                    .map(({ requests, errors }) => bar(requests === 0 ? 0 : errors / requests))
                    .join(""),
            ),
            line("", markLine(shown, traffic)).trimEnd(),
            line("", shown.map(({ letter, what }) => `${letter} ${what}`).join("  ")).trimEnd(),
        ].join("\n"),
    ];
}

interface Mark {
    readonly letter: string;
    readonly what: string;
    readonly atSeconds: number;
}

function marksIn(steps: readonly DrillStep[]): readonly Mark[] {
    return steps.flatMap(({ id, atSeconds }) => {
        const mark = marks[id as keyof typeof marks] as readonly [string, string] | undefined;
        return mark === undefined ? [] : [{ letter: mark[0], what: mark[1], atSeconds }];
    });
}

/** Each mark under the window it falls into. */
function markLine(shown: readonly Mark[], traffic: DrillReport["traffic"]): string {
    const line = traffic.map(() => " ");
    for (const { letter, atSeconds } of shown) {
        const index = traffic.filter((window) => window.atSeconds <= atSeconds).length - 1;
        line[Math.max(0, index)] = letter;
    }
    return line.join("");
}

/** A share of 0 to 1 as one character; a little is never nothing. */
function bar(share: number): string {
    const level = share <= 0 ? 0 : Math.max(1, Math.round(share * (bars.length - 1)));
    return bars[Math.min(level, bars.length - 1)] ?? " ";
}
