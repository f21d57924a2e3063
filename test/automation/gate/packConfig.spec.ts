import { expect } from "chai";

import { AutomationError } from "../../../automation/errors";
import { refuseBrokenConfig } from "../../../automation/gate/packConfig";
import type { PackInfo } from "../../../automation/pulumi/packInfo";

const exemption = {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: { name: { type: "string" }, kind: { type: "string", enum: ["one", "other"] } },
};
const pack = {
    name: "resilience",
    rules: [
        {
            name: "routing-ttl",
            schema: { maximumTtl: { type: "number", minimum: 1, maximum: 86400, default: 60 } },
        },
        {
            name: "health-alarm-actions",
            schema: { exemptAlarms: { type: "array", minItems: 1, items: exemption } },
        },
        { name: "routing-zone-signed" },
    ],
} as unknown as PackInfo;

const judge = async (config: Readonly<Record<string, unknown>> | undefined): Promise<string> => {
    try {
        await refuseBrokenConfig("policies/resilience", pack, config);
    } catch (error) {
        expect(error).to.be.instanceOf(AutomationError);
        expect((error as AutomationError).code).to.equal("usage");
        return (error as AutomationError).message;
    }
    return "";
};

describe("a pack's configuration", () => {
    it("may be absent, for all rules, and for each that the pack has", async () => {
        expect(await judge(undefined)).to.equal("");
        expect(
            await judge({
                all: "advisory",
                "routing-ttl": { enforcementLevel: "remediate", maximumTtl: 30 },
                "health-alarm-actions": { exemptAlarms: [{ name: "a", kind: "one" }] },
                "routing-zone-signed": "disabled",
            }),
        ).to.equal("");
    });

    it("is refused when it is for others, which the engine would ignore", async () => {
        expect(
            await judge({ "routing-ttls": "disabled", "health-alarms-action": {}, nonsense: {} }),
        ).to.contain(
            'policies/resilience is for rules that it does not have: "routing-ttls" (is it routing-ttl?), "health-alarms-action" (is it health-alarm-actions?), "nonsense"; docs/policies.md',
        );
        expect(await judge({ "ruoting-ttl": "disabled" })).to.contain("is it routing-ttl?");
    });

    for (const [what, config, message] of [
        [
            "a value of another type",
            { "routing-ttl": { maximumTtl: "30" } },
            '`routing-ttl.maximumTtl`: must be of type number, got "30"',
        ],
        [
            "a value that is too small",
            { "routing-ttl": { maximumTtl: 0 } },
            "`routing-ttl.maximumTtl`: must be 1 or more, got 0",
        ],
        [
            "a value that is too large",
            { "routing-ttl": { maximumTtl: 86401 } },
            "`routing-ttl.maximumTtl`: must be 86400 or less, got 86401",
        ],
        [
            "a setting that the rule does not have",
            { "routing-ttl": { maximumTTL: 30 } },
            '`routing-ttl`: has no setting "maximumTTL" (is it maximumTtl?); it has enforcementLevel, maximumTtl',
        ],
        [
            "a setting of a rule that has none",
            { "routing-zone-signed": { zones: [] } },
            '`routing-zone-signed`: has no setting "zones"; it has enforcementLevel',
        ],
        [
            "a list that is too short",
            { "health-alarm-actions": { exemptAlarms: [] } },
            "`health-alarm-actions.exemptAlarms`: must be a list of 1 or more, got []",
        ],
        [
            "a value that is none of those allowed",
            { "health-alarm-actions": { exemptAlarms: [{ name: "a", kind: "third" }] } },
            '`health-alarm-actions.exemptAlarms.0.kind`: must be one or other, got "third"',
        ],
        [
            "a part that is missing",
            { "health-alarm-actions": { exemptAlarms: [{ kind: "one" }] } },
            "`health-alarm-actions.exemptAlarms.0.name`: must be of type string, got nothing",
        ],
        [
            "a part that is too much",
            { "health-alarm-actions": { exemptAlarms: [{ name: "a", reasons: "b" }] } },
            '`health-alarm-actions.exemptAlarms.0`: has no setting "reasons"',
        ],
        [
            "a level that there is not, for all",
            { all: "optional" },
            '`all`: must be advisory, mandatory, remediate or disabled, got "optional"',
        ],
        [
            "a level that there is not, beside settings",
            { "routing-ttl": { enforcementLevel: "warn" } },
            '`routing-ttl.enforcementLevel`: must be advisory, mandatory, remediate or disabled, got "warn"',
        ],
        [
            "what is neither a level nor settings",
            { "routing-ttl": 30 },
            "`routing-ttl`: must be advisory, mandatory, remediate or disabled, or an object of settings, got 30",
        ],
    ] as const) {
        it(`is refused for ${what}`, async () => {
            expect(await judge(config)).to.contain(`  - ${message}\n`);
        });
    }

    it("is refused for all that is wrong at once, with where to look it up", async () => {
        expect(
            (await judge({ "routing-ttl": { maximumTtl: 0 }, "routing-zone-signed": 1 })).split(
                "\n",
            ),
        ).to.have.length(4);
        expect(await judge({ all: 1 })).to.match(/docs\/policies\.md lists every rule's settings$/);
    });
});
