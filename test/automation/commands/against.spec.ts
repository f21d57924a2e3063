import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { preview, previewText, type PreviewReport } from "../../../automation/commands/preview";
import { AutomationError } from "../../../automation/errors";
import { stackNames, topology } from "../../../infra/topology";
import { FakeStacks, updateOf } from "../support/fakeStacks";
import { violation } from "../support/gateReports";
import { createGitProject, removeGitProject, type GitProject } from "../support/gitProject";

const stacks = stackNames();

describe("meridian preview --against", () => {
    let project: GitProject;

    before(async () => {
        project = await createGitProject();
    });
    after(() => removeGitProject(project));

    function previewed(
        own: FakeStacks,
        base: FakeStacks,
        revision = "main~1",
        seen: string[] = [],
    ) {
        return preview(
            {
                name: "full",
                topology,
                configFolder: project.repository,
                stacks: own,
                projectFolder: project.repository,
                policyPacks: { standing: [{ folder: "/standing" }], evacuation: () => [] },
            },
            {
                askPack: async () => ({ name: "standing", rules: [] }),
                against: {
                    revision,
                    openStacks: async (folder) => {
                        seen.push(await fs.readFile(path.join(folder, "program.ts"), "utf8"));
                        return base;
                    },
                },
            },
        );
    }

    function outcomeOf({ gate }: PreviewReport) {
        return gate.consequences?.outcome;
    }

    it("previews the other revision's program under no pack, and says that nothing differs", async () => {
        const [own, base, seen] = [new FakeStacks(), new FakeStacks(), [] as string[]];
        const report = await previewed(own, base, "main~1", seen);
        expect(seen).to.eql(["one"]);
        expect(base.calls.sort()).to.eql(stacks.map((stack) => `preview ${stack}`).sort());
        for (const { policyPacks, dependencies } of base.options) {
            expect({ policyPacks, dependencies }).to.eql({
                policyPacks: undefined,
                dependencies: true,
            });
        }
        expect(own.options.every(({ dependencies }) => dependencies)).to.equal(true);
        expect(report.gate.consequences?.commit).to.equal(project.git("rev-parse", "main~1"));
        expect(outcomeOf(report)).to.have.property("objectives").that.eqls([]);
        expect(previewText(report)).to.contain("nobody is answered otherwise");
    });

    it("passes a change when the other revision cannot be previewed, and says why there is no comparison", async () => {
        const base = new FakeStacks({
            preview: (stack) =>
                updateOf(
                    stack,
                    stack === "global" ? { error: new AutomationError("failed", "torn") } : {},
                ),
        });
        const report = await previewed(new FakeStacks(), base);
        expect(report.gate.passed).to.equal(true);
        expect(outcomeOf(report)).to.eql({ failure: "main~1: torn" });
        expect(previewText(report)).to.contain("no comparison with main~1");
        expect(project.git("worktree", "list").split("\n")).to.have.length(1);
    });

    it("compares nothing with half a preview", async () => {
        const error = new AutomationError("failed", "torn");
        const own = new FakeStacks({
            preview: (stack) => updateOf(stack, stack === "global" ? { error } : {}),
        });
        const base = new FakeStacks();
        expect(outcomeOf(await previewed(own, base))).to.eql({ failure: "global has no preview" });
        expect(base.calls).to.eql([]);
    });

    it("compares what policy refused, previewed once more without the packs", async () => {
        const error = new AutomationError("policy", "refused");
        let refusals = 0;
        const own = new FakeStacks({
            preview: (stack) =>
                updateOf(
                    stack,
                    stack === "global" && refusals++ === 0
                        ? { error, violations: [violation()] }
                        : {},
                ),
        });
        const report = await previewed(own, new FakeStacks());
        expect(report.gate.passed).to.equal(false);
        expect(outcomeOf(report)).to.have.property("objectives");
        expect(own.calls.filter((call) => call === "preview global")).to.have.length(2);
        expect(own.options.at(-1)?.policyPacks).to.equal(undefined);
    });

    it("refuses a revision that there is not, before it previews anything", async () => {
        const own = new FakeStacks();
        const refused = await previewed(own, new FakeStacks(), "nowhere").then(
            () => expect.fail("it was taken"),
            (error: unknown) => error as AutomationError,
        );
        expect(refused.code).to.equal("usage");
        expect(own.calls).to.eql([]);
    });
});
