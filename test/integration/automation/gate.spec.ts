import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { audit } from "../../../automation/commands/audit";
import { preview, type PreviewReport } from "../../../automation/commands/preview";
import type { Estate } from "../../../automation/estate";
import type { GateReport } from "../../../automation/gate/report";
import { topology } from "../../../infra/topology";
import { createFixture, removeFixture, type Fixture } from "./support/fixture";
import { packOf, writePack } from "./support/packs";

const stack = "eu-west-1";

describe("the gate on the real engine", () => {
    let fixture: Fixture;

    before(async () => {
        fixture = await createFixture();
    });
    after(() => removeFixture(fixture));

    async function estateUnder(packs: Readonly<Record<string, string>>): Promise<Estate> {
        const standing = [];
        // Of their own each time: a pack is compiled once, whatever becomes of its folder.
        const home = await fs.mkdtemp(path.join(fixture.estate.projectFolder, "packs-"));
        for (const [name, text] of Object.entries(packs)) {
            const folder = path.join(home, name);
            await writePack(folder, text);
            standing.push({ folder });
        }
        return { ...fixture.estate, policyPacks: { standing, evacuation: () => [] } };
    }

    async function previewUnder(packs: Readonly<Record<string, string>>): Promise<PreviewReport> {
        return preview(await estateUnder(packs), { stacks: [stack] });
    }

    async function auditUnder(packs: Readonly<Record<string, string>>): Promise<GateReport> {
        return audit(await estateUnder(packs), { stacks: [stack] });
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
            wanted: /\/bad failed: [^]*torn/,
        },
        {
            title: "that ends while it judges",
            text: packOf("bad", "process.exit(3);"),
            wanted: /\/bad failed: (?![^]*torn)[^]*failed to run policy/,
        },
        {
            title: "that cannot start",
            text: 'throw new Error("torn");',
            wanted: /\/bad failed: [^]*failed to start/,
        },
    ]) {
        it(`fails with a pack ${title}, and names it`, async () => {
            const { gate } = await previewUnder({ good: packOf("good", ""), bad: text });
            expect(gate.passed).to.equal(false);
            expect(gate.stacks[0]?.failure).to.match(wanted);
            expect(gate.stacks[0]?.failure).to.not.match(/\/good\b/);
        });

        it(`fails an audit with a pack ${title}, and names it`, async () => {
            const report = await auditUnder({ good: packOf("good", ""), bad: text });
            expect(report.passed).to.equal(false);
            expect(report.stacks[0]?.failure).to.match(wanted);
            expect(report.stacks[0]?.failure).to.not.match(/\/good\b/);
        });
    }

    it("audits what is deployed, resource by resource and as a whole, and shows no rule a secret", async () => {
        const topics = 'if (args.type === "aws:sns/topic:Topic") report(args.props.policy);';
        const whole = `
policies.push({
    name: "votes-counted",
    description: "There must be four votes.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, report) => {
        report(resources.filter(({ name }) => name.startsWith("votes-")).length + " votes");
    },
});
`;
        const pack = packOf("names", topics)
            .replace("new PolicyPack", `const policies = []; ${whole} new PolicyPack`)
            .replace("policies: [", "policies: [...policies, ");
        const report = await auditUnder({ names: pack });
        expect(report.stacks[0]?.failure).to.equal(undefined);
        expect(report.passed).to.equal(false);
        expect(report.stacks[0]?.findings.map(({ rule, message }) => [rule, message])).to.eql([
            ["topics-named", "[secret]"],
            ["votes-counted", "3 votes"],
        ]);
        expect(JSON.stringify(report)).to.not.contain("confidential");
        expect((await auditUnder({ good: packOf("good", "") })).passed).to.equal(true);
    });

    it("does not pass a stack that was never deployed", async () => {
        const estate = await estateUnder({ good: packOf("good", "") });
        const never = { ...fixture.estate.topology.regions, "eu-north-1": { away: "eu-west-1" } };
        const report = await audit(
            { ...estate, topology: { ...topology, regions: never } },
            { stacks: ["eu-north-1"] },
        );
        expect(report.passed).to.equal(false);
        expect(report.stacks[0]?.failure).to.contain("meridian deploy --stack eu-north-1");
    });
});
