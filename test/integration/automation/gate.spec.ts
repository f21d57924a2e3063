import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { preview, type PreviewReport } from "../../../automation/commands/preview";
import { createFixture, removeFixture, type Fixture } from "./support/fixture";

const repository = path.join(__dirname, "..", "..", "..");
const stack = "eu-west-1";

/** A pack of one mandatory rule, which does this with each resource. */
function packOf(name: string, judge: string): string {
    return `
const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("${name}", {
    policies: [
        {
            name: "topics-named",
            description: "A topic must have a good name.",
            enforcementLevel: "mandatory",
            severity: "high",
            remediationSteps: "Name it well.",
            validateResource: (args, report) => { ${judge} },
        },
    ],
});
`;
}

describe("the gate on the real engine", () => {
    let fixture: Fixture;

    before(async () => {
        fixture = await createFixture();
    });
    after(() => removeFixture(fixture));

    async function previewUnder(packs: Readonly<Record<string, string>>): Promise<PreviewReport> {
        const standing = [];
        for (const [name, text] of Object.entries(packs)) {
            const folder = path.join(fixture.estate.projectFolder, "policies", name);
            await fs.mkdir(folder, { recursive: true });
            await fs.writeFile(path.join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
            await fs.writeFile(
                path.join(folder, "package.json"),
                JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
            );
            await fs.writeFile(path.join(folder, "index.js"), text);
            const modules = path.join(folder, "node_modules");
            await fs.rm(modules, { force: true });
            await fs.symlink(path.join(repository, "node_modules"), modules);
            standing.push({ folder });
        }
        const policyPacks = { standing, evacuation: () => [] };
        return preview({ ...fixture.estate, policyPacks }, { stacks: [stack] });
    }

    it("passes a stack that its packs have nothing against", async () => {
        const { gate } = await previewUnder({ good: packOf("good", "") });
        expect(gate.stacks[0]?.failure).to.equal(undefined);
        expect(gate.passed).to.equal(true);
        expect(gate.rules.map((rule) => rule.remediation)).to.eql(["Name it well."]);
    });

    it("keeps a violation with pack, rule, severity, message, resource and fix", async () => {
        const judge =
            'if (args.type === "aws:sns/topic:Topic") report("it is called " + args.name);';
        const { gate } = await previewUnder({ names: packOf("names", judge) });
        expect(gate.passed).to.equal(false);
        expect(gate.stacks[0]?.failure).to.equal(undefined);
        expect(gate.stacks[0]?.findings).to.eql([
            {
                pack: "names",
                rule: "topics-named",
                level: "mandatory",
                severity: "high",
                message: "it is called notices",
                urn: `urn:pulumi:${stack}::fixture::aws:sns/topic:Topic::notices`,
                resource: "notices",
                place: { file: `Pulumi.${stack}.yaml`, line: 1 },
            },
        ]);
    });

    for (const { title, text, wanted } of [
        {
            title: "whose rule throws",
            text: packOf("bad", 'throw new Error("torn");'),
            wanted: /policies\/bad failed: [^]*torn/,
        },
        {
            title: "that ends while it judges",
            text: packOf("bad", "process.exit(3);"),
            wanted: /policies\/bad failed: [^]*failed to run policy/,
        },
        {
            title: "that cannot start",
            text: 'throw new Error("torn");',
            wanted: /policies\/bad failed: /,
        },
    ]) {
        it(`fails with a pack ${title}, and names it`, async () => {
            const { gate } = await previewUnder({ good: packOf("good", ""), bad: text });
            expect(gate.passed).to.equal(false);
            expect(gate.stacks[0]?.failure).to.match(wanted);
            expect(gate.stacks[0]?.failure).to.not.contain("policies/good");
        });
    }
});
