import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { policies } from "../../policies/resilience/policies";

type Settings = Readonly<Record<string, unknown>>;

const folder = path.join(__dirname, "..", "..", "policies", "examples");
const read = (name: string) =>
    JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), "utf8")) as Record<
        string,
        Settings
    >;
const rules = new Map(policies.map((policy) => [policy.name, policy]));

describe("example configurations", () => {
    for (const name of ["development", "production"]) {
        it(`for ${name} are about rules and settings that there are`, () => {
            for (const [rule, { enforcementLevel, ...settings }] of Object.entries(read(name))) {
                const policy = rules.get(rule);
                expect(policy, rule).to.not.equal(undefined);
                expect(
                    Object.keys(policy?.configSchema?.properties ?? {}),
                    rule,
                ).to.include.members(Object.keys(settings));
                expect(["advisory", "mandatory", "remediate", "disabled", undefined]).to.include(
                    enforcementLevel,
                );
                if (enforcementLevel === "remediate") {
                    expect(policy, rule).to.have.property("remediateResource");
                }
            }
        });
    }

    it("for production loosen no rule, and every exemption in them ends", () => {
        for (const [rule, settings] of Object.entries(read("production"))) {
            expect(["mandatory", "remediate", undefined], rule).to.include(
                settings["enforcementLevel"],
            );
            for (const [name, value] of Object.entries(settings)) {
                if (name.startsWith("exempt")) {
                    for (const exemption of value as readonly Settings[]) {
                        expect(exemption, rule).to.have.property("until");
                    }
                }
            }
        }
    });

    it("for development keep what the failover stands on mandatory", () => {
        const loosened = Object.keys(read("development"));
        expect(
            loosened.filter((rule) => /^(routing|votes|planes|health)-/.test(rule)),
        ).to.deep.equal([]);
    });
});
