import { expect } from "chai";

import { check } from "./checker/check";
import { torture, type TortureOptions } from "./run";
import type { Happening } from "./schedule";
import { Meridian } from "./systems/meridian";
import { SourceDesign } from "./systems/sourceDesign";

/** A region is lost, voted out and failed back, while others are cut off, late, wrong about the time, or killed. */
const schedule: readonly Happening[] = [
    {
        kind: "fault",
        fault: { kind: "lag", region: "us-east-1", seconds: 3 },
        atMs: 1000,
        untilMs: 9000,
    },
    {
        kind: "fault",
        fault: { kind: "blackout", region: "us-east-1" },
        atMs: 4000,
        untilMs: 26_000,
    },
    { kind: "evacuation", region: "us-east-1", atMs: 8000, untilMs: 32_000 },
    { kind: "skew", region: "eu-west-1", ms: 300, atMs: 2000, untilMs: 30_000 },
    { kind: "kill", region: "ap-south-1", atMs: 12_000, untilMs: 13_000 },
    {
        kind: "fault",
        fault: { kind: "partition", between: ["eu-west-1", "ap-east-1"] },
        atMs: 14_000,
        untilMs: 24_000,
    },
    {
        kind: "fault",
        fault: { kind: "gray", region: "eu-west-1", errorRate: 0.5, latencyMs: 100 },
        atMs: 27_000,
        untilMs: 31_000,
    },
];

describe("under faults of every kind", function () {
    this.timeout(180_000);

    const options: TortureOptions = { seed: 7, durationMs: 36_000, clients: 24, schedule };

    it("the store keeps every promise", async () => {
        const { history } = await torture((conditions) => Meridian.start(conditions), options);
        expect(check(history)).to.deep.equal([]);
        const acknowledged = history.operations.filter(({ result }) => result.type === "ok");
        expect(acknowledged.length).to.be.greaterThan(history.operations.length / 2);
    });

    it("a design of clocks and conditions breaks some, and the checker finds them", async () => {
        const { history, overwritten } = await torture(
            (conditions) => SourceDesign.start(conditions),
            options,
        );
        expect(check(history)).not.to.be.empty;
        expect(overwritten).to.be.greaterThan(0);
    });
});
