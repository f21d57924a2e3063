import { expect } from "chai";

import { cost, costWarnings } from "../../../automation/commands/cost";
import { costText } from "../../../automation/commands/costText";
import { ownPriceTable, readPriceTable } from "../../../automation/cost/priceTable";
import { planned } from "../../../automation/cost/resources";
import { ownUsage, readUsage } from "../../../automation/cost/usage";
import { AutomationError } from "../../../automation/errors";
import type { Estate } from "../../../automation/estate";
import type { DeployedResource } from "../../../automation/stacks";
import { topologyOf } from "../../../infra/topology";
import { FakeStacks, updateOf } from "../support/fakeStacks";

function key(stack: string, name: string): DeployedResource {
    const type = "aws:kms/key:Key";
    return { urn: `urn:${stack}::m::${type}::${name}`, type, name, outputs: {} };
}

function estateOf(stacks: FakeStacks): Estate {
    return {
        name: "small",
        topology: topologyOf("small"),
        configFolder: "/nowhere",
        stacks,
        projectFolder: "/nowhere",
        policyPacks: { standing: [], evacuation: () => [] },
    };
}

const change = (operation: string, of: DeployedResource) => ({
    ...{ urn: of.urn, type: of.type, name: of.name, operation },
    ...{ paths: [], oldInputs: {}, newInputs: { rotated: true } },
});

describe("meridian cost", () => {
    const run = async (stacks: FakeStacks, now: string) =>
        cost(estateOf(stacks), {
            prices: await readPriceTable(ownPriceTable),
            usage: { ...(await readUsage(ownUsage)), keyRequests: 0 },
            now: Date.parse(now),
        });

    it("reads the state of what is deployed, and previews what is not", async () => {
        const stacks = new FakeStacks({
            outputs: { "us-east-1": { region: "us-east-1" } },
            resources: { "us-east-1": [key("us-east-1", "a"), key("us-east-1", "b")] },
            preview: (stack) =>
                stack === "eu-west-1"
                    ? updateOf(stack, { changes: [change("create", key(stack, "c"))] })
                    : updateOf(stack, { error: new AutomationError("failed", "no outputs yet") }),
        });
        const report = await run(stacks, "2026-11-25");
        expect(report.byStack).to.eql({ "eu-west-1": 1, "us-east-1": 2 });
        expect(report.stacks).to.eql([
            { stack: "eu-west-1", from: "preview", resources: 1 },
            { stack: "us-east-1", from: "state", resources: 2 },
            { stack: "global", from: "nowhere", reason: "no outputs yet" },
        ]);
        expect(report.complete).to.equal(false);
        expect(costWarnings(report)).to.include("global is not in the estimate: no outputs yet");
        expect(stacks.calls).to.eql(["preview eu-west-1", "preview global"]);
        expect(costText(report)).to.match(/keys .* 1\.00 .* 2\.00 .* 3\.00/);
    });

    it("warns of prices that are older than a year, and of those that nobody checked", async () => {
        const stacks = new FakeStacks({
            outputs: { "us-east-1": { region: "us-east-1" } },
            resources: { "us-east-1": [key("us-east-1", "a")] },
        });
        const old = costWarnings(await run(stacks, "2030-01-01"));
        expect(old.some((line) => /older than a year, the oldest of/.test(line))).to.equal(true);
        expect(old.some((line) => /from memory/.test(line))).to.equal(true);
        const fresh = costWarnings(await run(stacks, "2020-01-01"));
        expect(fresh.some((line) => /older than a year/.test(line))).to.equal(false);
    });

    it("makes a preview's changes to what is deployed", () => {
        const [a, b, c] = ["a", "b", "c"].map((name) => key("s", name));
        const after = planned("s", [a, b] as DeployedResource[], [
            change("delete", a as DeployedResource),
            change("update", b as DeployedResource),
            change("create", c as DeployedResource),
            change("delete-replaced", c as DeployedResource),
        ]);
        expect(after.map(({ name, properties }) => [name, properties])).to.eql([
            ["b", { rotated: true }],
            ["c", { rotated: true }],
        ]);
    });
});
