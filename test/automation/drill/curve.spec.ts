import { expect } from "chai";

import { errorFigures, patienceMs, recoveredAt, windowsOf } from "../../../automation/drill/curve";
import type { ShopperSample } from "../../../automation/rehearsal";

const options = { windowMs: 10_000, outageRatio: 0.05 };

function sample(atSeconds: number, over: Partial<ShopperSample> = {}): ShopperSample {
    return {
        atMs: atSeconds * 1000,
        geography: "us",
        region: "us-east-1",
        ok: true,
        latencyMs: 100,
        stale: false,
        ...over,
    };
}

/** One request a second, failing where the test says. */
function second(from: number, to: number, fails: (second: number) => boolean): ShopperSample[] {
    return Array.from({ length: to - from }, (_, i) => sample(from + i, { ok: !fails(from + i) }));
}

describe("the clients' error curve", () => {
    it("has recovered with the end of the last failure of the last bad window", () => {
        const samples = second(0, 300, (at) => at >= 60 && at <= 185);
        expect(recoveredAt(samples, 60_000, 300_000, options)).to.equal(185_100);
    });

    it("does not count a failure here and there as an outage", () => {
        const samples = [
            ...second(0, 100, (at) => at >= 20 && at < 40),
            // One in a hundred.
            ...Array.from({ length: 1000 }, (_, i) =>
                sample(100 + i / 100, { ok: i % 100 !== 50 }),
            ),
        ];
        expect(recoveredAt(samples, 20_000, 110_000, options)).to.equal(39_100);
    });

    it("counts an outage that comes back as one that never ended", () => {
        const samples = second(0, 300, (at) => (at >= 60 && at < 90) || (at >= 250 && at < 255));
        expect(recoveredAt(samples, 60_000, 300_000, options)).to.equal(254_100);
    });

    it("does not call an outage over that reaches the end", () => {
        const samples = second(0, 100, (at) => at >= 20);
        expect(recoveredAt(samples, 20_000, 100_000, options)).to.equal(undefined);
    });

    it("does not judge by the few requests of a last window that is cut short", () => {
        const samples = second(0, 102, (at) => at === 20 || at === 101);
        expect(
            recoveredAt(samples, 20_000, 102_000, { windowMs: 10_000, outageRatio: 0.09 }),
        ).to.equal(20_100);
    });

    it("knows how long clients waited for nothing", () => {
        const samples = [
            sample(10, { ok: false, latencyMs: 4000 }),
            sample(11, { ok: false, latencyMs: 9000, stale: true }),
            sample(12, { latencyMs: 8000 }),
            sample(1, { ok: false, latencyMs: 7000 }),
        ];
        expect(patienceMs(samples, 5000, 20_000)).to.equal(4000);
        expect(patienceMs([], 5000, 20_000)).to.equal(0);
    });

    it("recovered at once when nothing failed", () => {
        expect(
            recoveredAt(
                second(0, 100, () => false),
                50_000,
                100_000,
                options,
            ),
        ).to.equal(50_000);
    });

    it("does not judge by clients that ignore times to live, and tells them apart", () => {
        const stale = Array.from({ length: 50 }, (_, i) =>
            sample(50 + i, { ok: false, stale: true }),
        );
        const samples = [...second(0, 100, () => false), ...stale];
        expect(recoveredAt(samples, 0, 100_000, options)).to.equal(0);
        const figures = errorFigures(samples, 0, 100_000, { windowMs: 10_000, budgetPercent: 5 });
        expect(figures).to.include({ requests: 100, failures: 0, staleClients: 100, peak: 0 });
    });

    it("measures failures by geography, in the worst window and against the budget", () => {
        const samples = [
            ...second(0, 100, (at) => at < 5),
            ...second(0, 100, () => false).map((one) => ({ ...one, geography: "in" })),
        ];
        const figures = errorFigures(samples, 0, 100_000, { windowMs: 10_000, budgetPercent: 5 });
        expect(figures).to.eql({
            byGeography: { in: 0, us: 5 },
            peak: 25,
            budgetUsed: 0.5,
            requests: 200,
            failures: 5,
            staleClients: undefined,
        });
    });

    it("gives each window its share by region, of what was answered", () => {
        const samples = [
            sample(1),
            sample(2, { region: "eu-west-1" }),
            sample(3, { region: undefined, ok: false }),
            sample(11, { region: "eu-west-1" }),
        ];
        expect(windowsOf(samples, 0, 15_000, 10_000)).to.eql([
            {
                fromMs: 0,
                requests: 3,
                errors: 1,
                shares: { "eu-west-1": 0.5, "us-east-1": 0.5 },
            },
            { fromMs: 10_000, requests: 1, errors: 0, shares: { "eu-west-1": 1 } },
        ]);
    });
});
