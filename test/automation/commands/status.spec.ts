import { expect } from "chai";

import { status, statusText } from "../../../automation/commands/status";
import { AutomationError } from "../../../automation/errors";
import type { Estate } from "../../../automation/estate";
import type { Known, Probes } from "../../../automation/probes";
import type { StackOutputs } from "../../../automation/stacks";
import { regionNames, topology, votersFor } from "../../../infra/topology";
import { FakeStacks } from "../support/fakeStacks";

const names = regionNames();
const byRegion = (id: string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, `${id}-${name}`]));

const globalOutputs: StackOutputs = {
    schemaVersion: 1,
    zoneId: "Z1",
    applicationName: "app.example.com",
    writeName: "write.app.example.com",
    directName: "direct.example.com",
    dials: {},
    tableName: "table",
    writer: "us-east-1",
    globalClusterId: "meridian",
    writerChange: { kind: "none", from: "us-east-1", to: "us-east-1", lagSeconds: 0 },
    shares: { "us-east-1": 10, "eu-west-1": 100, "ap-south-1": 100, "ap-east-1": 100 },
    healthChecks: {
        endpoint: byRegion("endpoint"),
        vote: Object.fromEntries(
            names.map((voter) => [
                voter,
                Object.fromEntries(votersFor(voter).map((other) => [other, "v"])),
            ]),
        ),
        inService: byRegion("in-service"),
        lever: byRegion("lever"),
    },
};

const outputs: Record<string, StackOutputs | AutomationError> = {
    global: globalOutputs,
    "us-east-1": { votes: {} },
    "eu-west-1": { votes: { "us-east-1": "evacuate" } },
    "ap-south-1": { votes: { "us-east-1": "evacuate" } },
    "ap-east-1": { votes: { "us-east-1": "in-service" } },
};

const probes: Probes = {
    healthOf: async (id) => ({
        kind: "known",
        value: id.endsWith("ap-east-1") ? "unhealthy" : "healthy",
    }),
    textRecord: async (name) => ({
        kind: "known",
        value: name === "_state.us-east-1.app.example.com" ? "evacuated" : "in-service",
    }),
    namesCanChange: async () => ({ kind: "known", value: true }),
};

function estateOf(answers: Record<string, StackOutputs | AutomationError>): Estate {
    return {
        name: "full",
        topology,
        configFolder: "/nowhere",
        stacks: new FakeStacks({ outputs: answers }),
        projectFolder: "/nowhere",
        policyPacks: { standing: [], evacuation: () => [] },
    };
}

describe("meridian status", () => {
    it("tells how each region stands", async () => {
        const report = await status(estateOf(outputs), probes);
        expect(report.regions.map((one) => one.region)).to.eql(names);
        expect(report.regions.find((one) => one.region === "us-east-1")).to.eql({
            region: "us-east-1",
            endpoint: { kind: "known", value: "healthy" },
            lever: { kind: "known", value: "healthy" },
            votesAgainst: { kind: "known", value: ["ap-south-1", "eu-west-1"] },
            inService: { kind: "known", value: false },
            sharePercent: { kind: "known", value: 10 },
            replicationLagSeconds: {
                kind: "unknown",
                reason: "not measured (--lag writes a canary item to measure it)",
            },
        });
        expect(report).to.deep.include({
            quorum: 2,
            writer: { kind: "known", value: "us-east-1" },
        });
        const text = statusText(report);
        expect(text).to.contain("2/2").and.to.contain("unhealthy").and.to.contain("10 %");
        expect(text).to.contain("who writes: us-east-1");
    });

    it("knows nothing when nothing can be asked, and says why, each reason once", async () => {
        const none: Known<never> = { kind: "unknown", reason: "Route 53 cannot be asked: timeout" };
        const silent: Probes = {
            healthOf: async () => none,
            textRecord: async () => none,
            namesCanChange: async () => none,
        };
        const text = statusText(await status(estateOf(outputs), silent));
        expect(text.split("Route 53 cannot be asked: timeout")).to.have.length(2);
    });

    it("is no exception when a state cannot be read or nothing is deployed", async () => {
        const broken = new AutomationError("state-corrupt", "eu-west-1: the state is corrupt");
        const report = await status(
            estateOf({ ...outputs, "eu-west-1": broken, global: {} }),
            probes,
        );
        const east = report.regions.find((one) => one.region === "us-east-1");
        expect(east?.votesAgainst).to.eql({
            kind: "unknown",
            reason: "eu-west-1: the state is corrupt",
        });
        expect(east?.endpoint.kind).to.equal("unknown");
        expect(statusText(await status(estateOf({}), probes))).to.contain("is not deployed");
    });

    it("says of a global stack that was never updated how to deploy it, and not what it lacks", async () => {
        for (const answers of [{}, { ...outputs, global: {} }]) {
            const report = await status(estateOf(answers), probes);
            expect(report.writer).to.eql({
                kind: "unknown",
                reason: "stack global is not deployed; deploy it with: meridian deploy",
            });
        }
        const old = await status(estateOf({ global: { schemaVersion: 0 } }), probes);
        expect(old.writer.kind === "unknown" && old.writer.reason).to.contain("`schemaVersion`");
    });

    it("passes a measured lag on, by region", async () => {
        const report = await status(estateOf(outputs), probes, async (table) => ({
            "us-east-1": { kind: "known", value: table === "table" ? 0.8 : NaN },
        }));
        expect(statusText(report)).to.contain("0.8 s");
    });
});
