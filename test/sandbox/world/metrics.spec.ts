import { expect } from "chai";

import { WorldClock } from "../../../sandbox/world/clock";
import { Metrics, statistic } from "../../../sandbox/world/metrics";

const minute = 60_000;
const start = 1_800_000_000_000 - (1_800_000_000_000 % minute);

describe("Metrics", () => {
    let clock: WorldClock;
    let metrics: Metrics;

    beforeEach(() => {
        clock = new WorldClock({ startMs: start });
        metrics = new Metrics(clock);
    });

    afterEach(() => {
        clock.stop();
    });

    function put(
        value: number,
        atSeconds: number,
        dimensions: Record<string, string> = { A: "1" },
    ) {
        metrics.put({
            region: "eu-west-1",
            namespace: "N",
            metric: "M",
            dimensions,
            value,
            atMs: start + atSeconds * 1000,
        });
    }

    function query(name: string, dimensions: Record<string, string> = { A: "1" }, seconds = 60) {
        const series = metrics.query({
            region: "eu-west-1",
            namespace: "N",
            metric: "M",
            dimensions,
            statistic: name,
            periodMs: seconds * 1000,
            fromMs: start,
            toMs: start + 3 * minute,
        });
        return [...series].map(([at, value]) => [(at - start) / 1000, value]);
    }

    it("puts samples into the periods they belong to, and nothing into the others", () => {
        put(1, 0);
        put(3, 59);
        put(10, 130);
        expect(query("Sum")).to.deep.equal([
            [0, 4],
            [120, 10],
        ]);
        expect(query("Average", { A: "1" }, 180)).to.deep.equal([[0, 14 / 3]]);
    });

    it("finds a metric under exactly its own dimensions, in any order", () => {
        put(1, 0, { A: "1", B: "2" });
        expect(query("Sum", { B: "2", A: "1" })).to.deep.equal([[0, 1]]);
        expect(query("Sum", { A: "1" })).to.deep.equal([]);
    });

    it("computes statistics as CloudWatch names them", () => {
        const values = Array.from({ length: 100 }, (_, index) => index + 1);
        expect(statistic("Minimum", values)).to.equal(1);
        expect(statistic("Maximum", values)).to.equal(100);
        expect(statistic("SampleCount", values)).to.equal(100);
        expect(statistic("p99", values)).to.equal(99);
        expect(statistic("p50", [5, 1, 9])).to.equal(5);
        expect(statistic("p100", values)).to.equal(100);
        expect(() => statistic("Median", values)).to.throw(RangeError, /Median/);
    });
});
