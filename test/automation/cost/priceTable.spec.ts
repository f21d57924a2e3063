import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";
import { stringify } from "yaml";

import {
    ownPriceTable,
    priceIn,
    readPriceTable,
    stalePrices,
} from "../../../automation/cost/priceTable";
import { ownUsage, readUsage, withUsage } from "../../../automation/cost/usage";

describe("the price table", () => {
    it("says of every price where it stands, and of every figure whether it was read", async () => {
        const table = await readPriceTable(ownPriceTable);
        for (const [id, { figures }] of Object.entries(table.prices)) {
            for (const region of Object.keys(figures)) {
                const price = priceIn(table, id, region);
                expect(price?.source, id).to.match(/^https:\/\/aws\.amazon\.com\//);
                expect(price?.readIn === undefined, id).to.equal(price?.basis === "recalled");
            }
        }
    });

    it("gives a region's own figure before the one of everywhere, and none it does not have", async () => {
        const table = await readPriceTable(ownPriceTable);
        expect(priceIn(table, "alarm-metric", "us-east-1")?.basis).to.equal("read");
        expect(priceIn(table, "alarm-metric", "sa-east-1")?.basis).to.equal("recalled");
        expect(priceIn(table, "alb-hour", "sa-east-1")).to.equal(undefined);
        expect(priceIn(table, "pears", "us-east-1")).to.equal(undefined);
    });

    it("is refused with every problem at once", async () => {
        const file = path.join(await fs.mkdtemp(path.join(os.tmpdir(), "prices-")), "p.yaml");
        const figure = { usd: 1, date: "2026-01-01", basis: "recalled" };
        await fs.writeFile(
            file,
            stringify({
                sources: { a: "https://a.example" },
                readings: {},
                prices: {
                    one: { unit: "x", source: "b", figures: { everywhere: figure } },
                    two: {
                        unit: "x",
                        source: "a",
                        figures: { everywhere: { ...figure, basis: "read", in: "c" } },
                    },
                },
            }),
        );
        const error = await readPriceTable(file).catch(String);
        expect(error).to.contain("`prices.one.source`: must be one of `sources`, got b");
        expect(error).to.contain("`prices.two.figures.everywhere.in`: must be one of `readings`");
        await fs.writeFile(
            file,
            stringify({
                sources: {},
                readings: {},
                prices: {
                    one: {
                        unit: "x",
                        source: "a",
                        figures: { everywhere: { ...figure, date: "soon", usd: -1 } },
                    },
                },
            }),
        );
        const second = await readPriceTable(file).catch(String);
        expect(second).to.contain("must be a day").and.contain("must be US dollars, 0 or more");
        await fs.rm(path.dirname(file), { recursive: true });
    });

    it("knows which figures are older than a year", () => {
        const price = (date: string) => ({
            ...{ id: date, region: "everywhere", usd: 1, unit: "x", source: "s", date },
            basis: "recalled" as const,
        });
        const now = Date.parse("2026-11-25");
        expect(
            stalePrices([price("2025-11-24"), price("2025-11-25"), price("2026-11-24")], now).map(
                ({ id }) => id,
            ),
        ).to.eql(["2025-11-24"]);
    });
});

describe("a month's usage", () => {
    it("can be said otherwise, within its bounds", async () => {
        const usage = await readUsage(ownUsage);
        expect(withUsage(usage, ["requests=5", "writePercent=50"])).to.eql({
            ...usage,
            requests: 5,
            writePercent: 50,
        });
        expect(() => withUsage(usage, ["pears=1", "requests=x", "writePercent=101", "requests="]))
            .to.throw()
            .with.property("message")
            .that.matches(/pears=1.*\n.*requests=x.*\n.*must be from 0 to 100\n.*"requests="/);
    });
});
