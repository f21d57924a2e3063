import { expect } from "chai";

import { check } from "./checker/check";
import { torture, type TortureOptions } from "./run";
import type { Happening } from "./schedule";
import { Meridian } from "./systems/meridian";
import { SourceDesign } from "./systems/sourceDesign";

/**
 * Regions that are cut off, late, failing half of what they are asked, wrong about the time, or killed. None
 * is taken over: a takeover counts on writes that take no longer than they may, which a machine with other
 * work does not keep to. `npm run torture` has those, on a machine of its own.
 */
const schedule: readonly Happening[] = [
    {
        kind: "fault",
        fault: { kind: "lag", region: "us-east-1", seconds: 3 },
        atMs: 1000,
        untilMs: 9000,
    },
    { kind: "skew", region: "eu-west-1", ms: 300, atMs: 2000, untilMs: 18_000 },
    { kind: "kill", region: "ap-south-1", atMs: 6000, untilMs: 7000 },
    {
        kind: "fault",
        fault: { kind: "partition", between: ["eu-west-1", "ap-east-1"] },
        atMs: 8000,
        untilMs: 15_000,
    },
    {
        kind: "fault",
        fault: { kind: "gray", region: "eu-west-1", errorRate: 0.5, latencyMs: 100 },
        atMs: 12_000,
        untilMs: 17_000,
    },
];

describe("under faults of many kinds", function () {
    this.timeout(600_000);

    const options: TortureOptions = { seed: 7, durationMs: 20_000, clients: 24, schedule };

    it("the store keeps every promise", async () => {
        const { history } = await torture((conditions) => Meridian.start(conditions), options);
        expect(check(history)).to.deep.equal([]);
        const acknowledged = history.operations.filter(({ result }) => result.type === "ok");
        expect(acknowledged).not.to.be.empty;
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
