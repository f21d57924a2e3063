import { expect } from "chai";

import { AutomationError } from "../../../automation/errors";
import { refuseUnknownRules } from "../../../automation/gate/packConfig";
import type { PackInfo } from "../../../automation/pulumi/packInfo";

const pack = {
    name: "resilience",
    rules: ["routing-ttl", "health-alarm-actions"].map((name) => ({ name })),
} as unknown as PackInfo;

describe("a pack's configuration", () => {
    it("may be absent, for all rules, and for each that the pack has", () => {
        refuseUnknownRules("policies/resilience", pack, undefined);
        refuseUnknownRules("policies/resilience", pack, {
            all: "advisory",
            "routing-ttl": { maximumTtl: 30 },
        });
    });

    it("is refused when it is for others, which the engine would ignore", () => {
        const config = { "routing-ttls": "disabled", "health-actions": {}, nonsense: {} };
        expect(() => refuseUnknownRules("policies/resilience", pack, config)).to.throw(
            AutomationError,
            'policies/resilience is for rules that it does not have: "routing-ttls" (is it routing-ttl?), "health-actions" (is it health-alarm-actions?), "nonsense"; docs/policies.md',
        );
    });
});
