import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { deploy } from "../../../automation/commands/deploy";
import { destroy } from "../../../automation/commands/destroy";
import { preview, previewText } from "../../../automation/commands/preview";
import { AutomationError } from "../../../automation/errors";
import type { Estate } from "../../../automation/estate";
import type { PackInfo } from "../../../automation/pulumi/packInfo";
import { topology } from "../../../infra/topology";
import { FakeStacks, updateOf } from "../support/fakeStacks";
import { violation } from "../support/gateReports";

const regions = ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"];

function estateOn(stacks: FakeStacks): Estate {
    return {
        name: "full",
        topology,
        configFolder: "/nowhere",
        stacks,
        projectFolder: "/nowhere",
        policyPacks: { standing: [{ folder: "/standing" }], evacuation: () => [] },
    };
}

const askPack = async (): Promise<PackInfo> => ({ name: "standing", rules: [] });

async function refused(run: () => Promise<unknown>): Promise<unknown> {
    return run().then(
        () => expect.fail("it was not refused"),
        (error: unknown) => error,
    );
}

describe("meridian preview", () => {
    it("makes each stack before it previews any, so that a first preview works", async () => {
        const stacks = new FakeStacks();
        const report = await preview(estateOn(stacks), { askPack });
        expect(report.gate.passed).to.equal(true);
        expect(report.stacks.map((update) => update.stack)).to.eql([...regions, "global"]);
        expect(stacks.calls.slice(0, 5)).to.eql(
            [...regions, "global"].map((stack) => `ensure ${stack}`),
        );
        expect(stacks.calls.slice(5).every((call) => call.startsWith("preview "))).to.equal(true);
        expect(stacks.options.map((one) => one.policyPacks)).to.eql(
            Array.from({ length: 5 }, () => [{ folder: "/standing" }]),
        );
    });

    it("is not ok with a mandatory violation, and is with an advisory one", async () => {
        for (const level of ["mandatory", "advisory"] as const) {
            const stacks = new FakeStacks({
                preview: (stack) =>
                    updateOf(stack, {
                        violations: [
                            { policy: "p", pack: "k", level, message: "m", resource: "r" },
                        ],
                    }),
            });
            const report = await preview(estateOn(stacks), { stacks: ["global"], askPack });
            expect(report.gate.passed).to.equal(level === "advisory");
            expect(previewText(report).split("\n").at(-1)).to.equal(
                level === "advisory"
                    ? "✅ Policies passed"
                    : "❌ Policies failed: 1 mandatory violation",
            );
        }
    });

    it("is not ok with a pack that cannot be asked, and says which", async () => {
        const report = await preview(estateOn(new FakeStacks()), {
            askPack: async () => {
                throw new Error("torn");
            },
        });
        expect(report.gate.passed).to.equal(false);
        expect(previewText(report)).to.contain("../standing could not be asked: torn");
        expect(previewText(report)).to.match(/\n❌ Policies failed: 1 policy pack that failed$/);
    });

    it("says why a stack has no preview, and what the rules found in the others", async () => {
        const stacks = new FakeStacks({
            preview: (stack) =>
                updateOf(
                    stack,
                    stack === "global"
                        ? { error: new AutomationError("failed", "global: no outputs") }
                        : {
                              violations: [violation()],
                              error: new AutomationError("policy", "refused"),
                          },
                ),
        });
        const report = await preview(estateOn(stacks), {
            stacks: ["global", "eu-west-1"],
            askPack,
        });
        expect(report.gate.passed).to.equal(false);
        expect(previewText(report))
            .to.contain("  global: no outputs")
            .and.to.contain("eu-west-1: refused by policy after 1.0 s")
            .and.to.contain("  mandatory capacity-enough: web: ");
    });
});

describe("meridian destroy", () => {
    it("takes the global stack down before the regions", async () => {
        const stacks = new FakeStacks();
        await destroy(estateOn(stacks));
        expect(stacks.calls).to.eql(["global", ...regions].map((stack) => `destroy ${stack}`));
    });

    it("leaves the regions alone when the global stack could not be taken down", async () => {
        const error = new Error("protected") as never;
        const stacks = new FakeStacks({ up: (stack) => updateOf(stack, { error }) });
        expect(await refused(() => destroy(estateOn(stacks)))).to.equal(error);
        expect(stacks.calls).to.eql(["destroy global"]);
    });
});

describe("meridian deploy and preview", () => {
    it("refuses a configuration for rules that a pack does not have before anything is deployed", async () => {
        const stacks = new FakeStacks();
        const config = { "routing-ttl": "disabled" };
        const standing = [{ folder: "/standing", config }];
        const configFolder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-lifecycle-"));
        await fs.writeFile(path.join(configFolder, "resilience.json"), JSON.stringify(config));
        const estate = {
            ...estateOn(stacks),
            configFolder,
            policyPacks: { standing, evacuation: () => [] },
        };
        for (const run of [deploy, preview]) {
            const refused: unknown = await run(estate, { askPack }).catch(
                (error: unknown) => error,
            );
            expect(String(refused), run.name).to.match(
                /rules that it does not have: "routing-ttl"/,
            );
        }
        expect(stacks.calls.filter((call) => /^(up|preview)/.test(call))).to.eql([]);
        await fs.rm(configFolder, { recursive: true });
    });
});
