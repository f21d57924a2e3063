import { expect } from "chai";

import { estimate } from "../../../automation/cost/estimate";
import { ownPriceTable, readPriceTable } from "../../../automation/cost/priceTable";
import { ownUsage, readUsage } from "../../../automation/cost/usage";
import { readRegionConfig } from "../../../infra/config";
import { deployRegion } from "../../../infra/regionStack";
import { topologyOf } from "../../../infra/topology";
import { regionSettings } from "../../support/estate";
import { setMocks, settled } from "../../support/mocks";

const full = topologyOf("full");

describe("the price table and its rules", () => {
    for (const region of Object.keys(full.regions)) {
        it(`know everything that the program registers in ${region}`, async () => {
            const registered = await setMocks({ stack: region, region });
            deployRegion(readRegionConfig(region, full, regionSettings(region)), full);
            await settled();
            const { unpriced, totalUsd } = estimate({
                regions: Object.keys(full.regions),
                home: "us-east-1",
                resources: registered.all.map(({ type, name, inputs }) => ({
                    stack: region,
                    urn: `urn:pulumi:${region}::meridian::${type}::${name}`,
                    type,
                    name,
                    properties: inputs,
                })),
                prices: await readPriceTable(ownPriceTable),
                usage: await readUsage(ownUsage),
            });
            expect(unpriced).to.eql([]);
            expect(totalUsd).to.be.greaterThan(0);
        });
    }
});
