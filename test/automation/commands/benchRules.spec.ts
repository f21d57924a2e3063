import { expect } from "chai";

import { stateOf } from "../../../automation/commands/benchRules";
import type { StackExport } from "../../../automation/pulumi/stateAnalysis";

const urn = (stack: string, type: string, name: string) =>
    `urn:pulumi:${stack}::meridian::${type}::${name}`;

function stack(name: string): StackExport {
    const provider = urn(name, "pulumi:providers:aws", "default");
    return {
        deployment: {
            resources: [
                { urn: provider, type: "pulumi:providers:aws" },
                {
                    urn: urn(name, "aws:route53/record:Record", "app"),
                    type: "aws:route53/record:Record",
                    outputs: { name: "app.example.com", ttl: 60 },
                    provider: `${provider}::id`,
                    propertyDependencies: { zoneId: [provider] },
                },
            ],
        },
    } as StackExport;
}

describe("the state that the packs are timed on", () => {
    it("has so many resources, in copies that stand for themselves", () => {
        const state = stateOf([stack("one"), stack("two")], 7, "example.com");
        const resources = state.deployment?.resources ?? [];
        expect(resources).to.have.length(7);
        expect(new Set(resources.map((resource) => resource.urn)).size).to.equal(7);
        expect(resources[5]).to.deep.equal({
            urn: urn("bench", "aws:route53/record:Record", "app-one-1"),
            type: "aws:route53/record:Record",
            outputs: { name: "app.c1-0.example.com", ttl: 60 },
            provider: `${urn("bench", "pulumi:providers:aws", "default-one-1")}::id`,
            propertyDependencies: {
                zoneId: [urn("bench", "pulumi:providers:aws", "default-one-1")],
            },
        });
    });

    it("is empty where nothing is deployed", () => {
        expect(stateOf([{}], 10, "example.com").deployment?.resources).to.eql([]);
    });
});
