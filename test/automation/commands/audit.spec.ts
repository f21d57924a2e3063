import { expect } from "chai";

import { audit, auditText } from "../../../automation/commands/audit";
import { AutomationError } from "../../../automation/errors";
import type { Estate } from "../../../automation/estate";
import type { PackInfo } from "../../../automation/pulumi/packInfo";
import type { StackExport } from "../../../automation/pulumi/stateAnalysis";
import { topology } from "../../../infra/topology";
import { cleanAnalysis, FakeStacks } from "../support/fakeStacks";
import { violation } from "../support/gateReports";

const stacks = ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1", "global"];
const deployed: StackExport = {
    deployment: { resources: [{ urn: "urn", type: "aws:sns/topic:Topic" }] },
};
const allDeployed = Object.fromEntries(stacks.map((stack) => [stack, deployed]));

function estateOn(runner: FakeStacks): Estate {
    return {
        name: "full",
        topology,
        configFolder: "/nowhere",
        stacks: runner,
        projectFolder: "/nowhere",
        policyPacks: {
            standing: [{ folder: "/standing" }, { folder: "/further" }],
            evacuation: () => [],
        },
    };
}

const askPack = async (): Promise<PackInfo> => ({ name: "standing", rules: [] });

describe("meridian audit", () => {
    it("shows every standing pack what is deployed, and makes, previews and changes nothing", async () => {
        const runner = new FakeStacks({ exported: allDeployed });
        const report = await audit(estateOn(runner), { askPack });
        expect(report.passed).to.equal(true);
        expect(report.stacks.map(({ stack }) => stack)).to.eql(stacks);
        expect(runner.calls.sort()).to.eql([
            ...stacks.map(() => "analyse under /further"),
            ...stacks.map(() => "analyse under /standing"),
        ]);
        expect(auditText(report)).to.contain("what is deployed meets the policies");
    });

    it("fails on a mandatory violation and not on an advisory one", async () => {
        for (const level of ["mandatory", "advisory"] as const) {
            const runner = new FakeStacks({
                exported: allDeployed,
                analyse: (_, folder) => ({
                    ...cleanAnalysis(folder),
                    violations: [violation({ level })],
                }),
            });
            const report = await audit(estateOn(runner), { stacks: ["eu-west-1"], askPack });
            expect(report.passed).to.equal(level === "advisory");
            expect(auditText(report)).to.match(
                level === "advisory"
                    ? /\nwhat is deployed meets/
                    : /\nwhat is deployed does not meet/,
            );
            expect(auditText(report)).to.contain(`${level} capacity-enough: web: `);
        }
    });

    it("fails for a stack without a deployment, and says how to get one", async () => {
        const regions = { ...allDeployed, global: {} };
        const report = await audit(estateOn(new FakeStacks({ exported: regions })), { askPack });
        expect(report.passed).to.equal(false);
        expect(report.stacks.map(({ failure }) => failure?.replace(/.*; /, ""))).to.eql([
            undefined,
            undefined,
            undefined,
            undefined,
            "deploy it first: meridian deploy --stack global",
        ]);
    });

    it("fails for a state that cannot be read, and judges the others", async () => {
        const torn = new AutomationError("state-corrupt", "global: torn");
        const runner = new FakeStacks({ exported: { ...allDeployed, global: torn } });
        const report = await audit(estateOn(runner), { askPack });
        expect(report.passed).to.equal(false);
        expect(report.stacks.at(-1)?.failure).to.equal("global: torn");
        expect(runner.calls).to.have.length(8);
    });

    it("fails for a pack that cannot be run, for whatever reason", async () => {
        const runner = new FakeStacks({
            exported: allDeployed,
            analyse: () => {
                throw new Error("no memory");
            },
        });
        const report = await audit(estateOn(runner), { stacks: ["global"], askPack });
        expect(report.passed).to.equal(false);
        expect(report.stacks[0]?.failure).to.contain("global: no memory");
    });

    it("names a pack that came to no verdict", async () => {
        const runner = new FakeStacks({
            exported: allDeployed,
            analyse: (_, folder) => ({
                ...cleanAnalysis(folder),
                ...(folder === "/further"
                    ? {
                          failure: "failed to run policy: EOF",
                          packs: [{ name: "f", folder, finished: false, stopped: true }],
                      }
                    : {}),
            }),
        });
        const report = await audit(estateOn(runner), { stacks: ["global"], askPack });
        expect(report.passed).to.equal(false);
        expect(report.stacks[0]?.failure).to.equal(
            "policy pack ../further failed: failed to run policy: EOF",
        );
    });

    it("fails with a pack that cannot be asked, and with a stack that it does not know", async () => {
        const runner = new FakeStacks({ exported: allDeployed });
        const report = await audit(estateOn(runner), {
            askPack: async () => {
                throw new Error("torn");
            },
        });
        expect(report.passed).to.equal(false);
        expect(report.packFailures).to.have.length(2);
        const unknown = audit(estateOn(runner), { stacks: ["mars-1"], askPack });
        await unknown.then(
            () => expect.fail("it was not refused"),
            (error: unknown) =>
                expect((error as Error).message).to.contain('unknown stack: "mars-1"'),
        );
    });
});
