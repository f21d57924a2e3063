import { expect } from "chai";

import { failover } from "../../../automation/commands/failover";
import { runKilledAtEveryStep } from "./support/child";
import { createFixture, removeFixture, type Fixture } from "./support/fixture";
import { expectSettled } from "./support/settled";

const region = "us-east-1";
const survivors = ["ap-east-1", "ap-south-1", "eu-west-1"];

describe("a failback that is killed", () => {
    let fixture: Fixture;

    before(async () => {
        fixture = await createFixture();
        await failover(fixture.estate, { region, yes: true });
    });
    after(() => removeFixture(fixture));

    it("ends where an undisturbed failback ends, each stage made once", async () => {
        const before = (await fixture.calls()).length;
        // The stages between the first and the last differ from them in their number only.
        const between = ["10", "25", "50"].flatMap((percent) =>
            ["write", "update"].map((step) => `share-${percent}:${step}:global`),
        );
        const killedAt = await runKilledAtEveryStep(fixture.root, "failback", region, between);

        expect([...killedAt].sort()).to.eql(
            [
                ...["1", "100"].flatMap((percent) =>
                    ["update", "write"].map((step) => `started share-${percent}:${step}:global`),
                ),
                ...["update", "write"].flatMap((step) =>
                    survivors.map((stack) => `started votes:${step}:${stack}`),
                ),
            ].sort(),
        );
        await expectSettled(fixture, region, "in-service");
        expect(await fixture.weights(region)).to.eql([100, 0]);
        const calls = (await fixture.calls()).slice(before);
        expect(calls.filter((call) => call.includes("votes-"))).to.have.length(3);
        expect(calls.filter((call) => call.includes(`${region}-home`))).to.have.length(5);
    });
});
