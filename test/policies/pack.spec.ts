import { expect } from "chai";

import { policies as evacuation } from "../../policies/evacuation/policies";
import { policies as resilience } from "../../policies/resilience/policies";

const groups = ["capacity", "encryption", "health", "recovery", "routing", "evacuation"];

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
        });

        for (const [name, schema] of Object.entries(policy.configSchema?.properties ?? {})) {
            it(`${policy.name} works without ${name} being configured`, () => {
                expect(schema).to.have.property("default");
            });
        }
    }

    it("has a name of its own", () => {
        const names = [...resilience, ...evacuation].map((policy) => policy.name);
        expect(new Set(names).size).to.equal(names.length);
    });
});
