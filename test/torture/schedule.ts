import type { Fault } from "../../sandbox/world/faults";
import { regions } from "./cloud";

/** Something that happens to the world, at and until a time in milliseconds from the start. */
export type Happening = { readonly atMs: number; readonly untilMs: number } & (
    | { readonly kind: "fault"; readonly fault: Fault }
    /** The region's clock is wrong by so many milliseconds. */
    | { readonly kind: "skew"; readonly region: string; readonly ms: number }
    /** The storefront's process dies, and another one takes its place at the end. */
    | { readonly kind: "kill"; readonly region: string }
    /** Voted out at the beginning, failed back at the end. */
    | { readonly kind: "evacuation"; readonly region: string }
);

const faultKinds = ["blackout", "gray", "partition", "lag", "skew", "kill", "evacuation"] as const;
type FaultKind = (typeof faultKinds)[number];

/** From a fault to the votes, and from its healing to the failback: what alarms and people take, shortened. */
const detectMs = 8000;
const failBackMs = 6000;
/** Until the end nothing new begins: what was going on heals, while clients go on. */
const calmShare = 0.15;

/**
 * What goes wrong in a run, by a seed: every kind of fault in turn, in an order and at times that the seed
 * picks, over one another. Two regions are never out at once, by blackout or by vote: that is what a quorum
 * of the others is for.
 */
export function makeSchedule(random: () => number, durationMs: number): readonly Happening[] {
    const happenings: Happening[] = [];
    const calmFromMs = durationMs * (1 - calmShare);
    let outUntilMs = 0;
    let left: FaultKind[] = [];
    const between = (least: number, most: number): number => least + (most - least) * random();
    for (let atMs = between(1000, 4000); atMs < calmFromMs - 4000; atMs += between(2000, 9000)) {
        if (left.length === 0) {
            left = [...faultKinds];
        }
        const [kind] = left.splice(Math.floor(random() * left.length), 1) as [FaultKind];
        const region = regions[Math.floor(random() * regions.length)] as string;
        const other = regions.filter((each) => each !== region)[Math.floor(random() * 3)] as string;
        const untilMs = Math.min(atMs + between(3000, 20_000), calmFromMs);
        const time = { atMs, untilMs };
        const evacuated = {
            atMs: Math.min(atMs + detectMs, calmFromMs),
            untilMs: untilMs + failBackMs,
        };
        switch (kind) {
            case "blackout":
            case "gray":
                if (atMs < outUntilMs) {
                    continue;
                }
                happenings.push({
                    ...time,
                    kind: "fault",
                    fault:
                        kind === "blackout"
                            ? { kind, region }
                            : {
                                  kind,
                                  region,
                                  errorRate: between(0.2, 0.8),
                                  latencyMs: between(0, 400),
                              },
                });
                outUntilMs = untilMs;
                if (evacuated.atMs < untilMs) {
                    happenings.push({ ...evacuated, kind: "evacuation", region });
                    outUntilMs = evacuated.untilMs + detectMs;
                }
                break;
            case "evacuation":
                if (atMs >= outUntilMs) {
                    happenings.push({ ...time, kind, region });
                    outUntilMs = untilMs + detectMs;
                }
                break;
            case "partition":
                happenings.push({
                    ...time,
                    kind: "fault",
                    fault: { kind, between: [region, other] },
                });
                break;
            case "lag":
                happenings.push({
                    ...time,
                    kind: "fault",
                    fault: { kind, region, seconds: between(1, 8) },
                });
                break;
            case "skew":
                happenings.push({ ...time, kind, region, ms: between(-400, 400) });
                break;
            case "kill":
                happenings.push({ ...time, untilMs: atMs + between(300, 3000), kind, region });
                break;
        }
    }
    return happenings.sort((a, b) => a.atMs - b.atMs);
}

/** One line for a person. */
export function describeHappening(happening: Happening): string {
    const from = `${(happening.atMs / 1000).toFixed(1)} to ${(happening.untilMs / 1000).toFixed(1)} s`;
    switch (happening.kind) {
        case "fault": {
            const { fault } = happening;
            return fault.kind === "partition"
                ? `${from}: partition(${fault.between.join(", ")})`
                : `${from}: ${fault.kind}(${fault.region}${fault.kind === "lag" ? `, ${fault.seconds.toFixed(1)} s` : ""})`;
        }
        case "skew":
            return `${from}: clock of ${happening.region} ${happening.ms > 0 ? "+" : ""}${happening.ms.toFixed(0)} ms`;
        case "kill":
        case "evacuation":
            return `${from}: ${happening.kind} of ${happening.region}`;
    }
}
