import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { policies as evacuation } from "../../policies/evacuation/policies";
import { policies as resilience } from "../../policies/resilience/policies";

const root = path.join(__dirname, "..", "..");
const groups = [
    "access",
    "capacity",
    "encryption",
    "evacuation",
    "health",
    "logging",
    "patching",
    "planes",
    "recovery",
    "routing",
    "votes",
];

describe("every policy", () => {
    for (const policy of [...resilience, ...evacuation]) {
        it(`${policy.name} says what it wants, why, and how to mend it`, () => {
            expect(policy.name).to.match(/^[a-z]+(-[a-z]+)+$/);
            expect(groups).to.include(policy.name.split("-")[0]);
            expect(policy.description)
                .to.match(/ must /)
                .and.to.match(/\.$/);
            expect(policy.enforcementLevel).to.equal("mandatory");
            expect(policy.severity).to.be.oneOf(["low", "medium", "high", "critical"]);
            expect(policy.framework?.specification).to.match(/^https:\/\/docs\.aws\.amazon\.com\//);
            expect(policy.tags).to.be.an("array").that.is.not.empty;
            expect(policy.remediationSteps).to.be.a("string").that.is.not.empty;
            expect(policy.url ?? "https://").to.match(/^https:\/\//);
        });

        for (const [name, schema] of Object.entries(policy.configSchema?.properties ?? {})) {
            it(`${policy.name} works without ${name} being configured`, () => {
                expect(schema).to.have.property("default");
            });
        }
    }

    for (const pack of ["resilience", "evacuation"]) {
        it(`of ${pack} is in the pack and has a spec`, () => {
            const rules = path.join(root, "policies", pack, "rules");
            const files = fs
                .readdirSync(rules, { recursive: true, encoding: "utf8" })
                .filter((file) => file.endsWith(".ts"));
            const policies = fs.readFileSync(path.join(rules, "..", "policies.ts"), "utf8");
            const folder = path.join(root, "test", "policies", pack);
            const specs = fs
                .readdirSync(folder)
                .map((file) => fs.readFileSync(path.join(folder, file), "utf8"));
            // What a rule is, and not what several of them share.
            const own = files.filter((file) =>
                fs.readFileSync(path.join(rules, file), "utf8").includes("enforcementLevel:"),
            );
            expect(own).to.have.length.greaterThan(3);
            for (const file of own) {
                const module = `/rules/${file.replace(/\.ts$/, "")}"`;
                expect(policies, file).to.contain(module);
                expect(
                    specs.some((text) => text.includes(module)),
                    file,
                ).to.equal(true);
            }
        });
    }

    it("has a name of its own", () => {
        const names = [...resilience, ...evacuation].map((policy) => policy.name);
        expect(new Set(names).size).to.equal(names.length);
    });
});
