import { expect } from "chai";

import { resourcesAfter } from "../../../../automation/gate/consequences/resourcesAfter";
import { dependenciesIn } from "../../../../automation/pulumi/plan";
import type { ResourceChange } from "../../../../automation/stacks";
import { unknown } from "../../../../policies/resilience/unknown";

const placeholder = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const type = "aws:route53/record:Record";
const deployed = [
    {
        urn: "u",
        type,
        name: "r",
        outputs: { id: "1", ttl: 60, fqdn: "a.b", setIdentifier: "x" },
        from: { zoneId: ["z"] },
    },
];

function change(operation: string, over: Partial<ResourceChange> = {}): ResourceChange {
    return {
        urn: "u",
        type,
        name: "r",
        operation,
        paths: [],
        oldInputs: { ttl: 60, setIdentifier: "x" },
        newInputs: { ttl: 10, aliases: [{ name: placeholder }] },
        ...over,
    };
}

describe("a stack's resources after a preview", () => {
    it("are those deployed where nothing changes", () => {
        expect(resourcesAfter(deployed, [])).to.eql([
            { urn: "u", type, props: deployed[0]?.outputs, from: { zoneId: ["z"] } },
        ]);
    });

    it("have the new inputs, keep what AWS assigned and lose inputs that are gone", () => {
        const props = { id: "1", fqdn: "a.b", ttl: 10, aliases: [{ name: unknown }] };
        expect(resourcesAfter(deployed, [change("update")])).to.eql([
            { urn: "u", type, props, from: { zoneId: ["z"] } },
        ]);
        expect(
            resourcesAfter(deployed, [change("update", { from: { aliases: ["lb"] } })])[0]?.from,
        ).to.eql({ aliases: ["lb"] });
    });

    it("have nothing of AWS's when they are made anew, and are gone when they are deleted", () => {
        const props = { ttl: 10, aliases: [{ name: unknown }] };
        for (const steps of [
            [change("create-replacement"), change("replace"), change("delete-replaced")],
            [change("create")],
        ]) {
            expect(resourcesAfter(deployed, steps)).to.eql([{ urn: "u", type, props }]);
        }
        expect(resourcesAfter(deployed, [change("delete")])).to.eql([]);
    });

    it("come from what the plan says, if there is one", () => {
        const plan = {
            resourcePlans: { u: { goal: { propertyDependencies: { a: ["v"] } } }, w: {} },
        };
        expect([...dependenciesIn(JSON.stringify(plan))]).to.eql([["u", { a: ["v"] }]]);
        expect(dependenciesIn("").size).to.equal(0);
        expect(dependenciesIn(undefined).size).to.equal(0);
    });
});
