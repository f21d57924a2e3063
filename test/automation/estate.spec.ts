import path from "node:path";

import { expect } from "chai";

import { estateOf, type ChosenEstate } from "../../automation/chosenEstate";
import { policyPacksOf, type PolicyPacks } from "../../automation/estate";
import { regionNames, topology } from "../../infra/topology";
import { policies as evacuation } from "../../policies/evacuation/policies";
import { policies as resilience } from "../../policies/resilience/policies";

const root = path.join(__dirname, "..", "..");

describe("the packs that updates run under", () => {
    const full: ChosenEstate = { name: "full", topology, configFolder: root };
    const packs: PolicyPacks = policyPacksOf(root, full);
    const [pack] = packs.evacuation("us-east-1", ["urn:vote"]);

    it("tell the evacuation pack which region it is about and what may change", () => {
        expect(pack?.folder).to.equal(path.join(root, "policies", "evacuation"));
        expect(pack?.config).to.eql({
            "evacuation-named-region": {
                impairedRegion: "us-east-1",
                regions: regionNames(topology),
            },
            "evacuation-nothing-but-votes": {
                impairedRegion: "us-east-1",
                targets: ["urn:vote"],
            },
            "evacuation-enough-regions": { minimumInService: 2 },
        });
    });

    it("configure only what the pack has", () => {
        for (const [name, config] of Object.entries(pack?.config ?? {})) {
            const schema = evacuation.find((policy) => policy.name === name)?.configSchema;
            expect(Object.keys(schema?.properties ?? {}), name).to.include.members(
                Object.keys(config as object),
            );
        }
    });

    it("build the estate under the standing rules", () => {
        expect(packs.standing.map(({ folder }) => path.basename(folder))).to.eql(["resilience"]);
    });

    it("judge the small estate by its own configuration, and by one vote that is enough", async () => {
        const small = policyPacksOf(root, await estateOf(root, "small"));
        const config = small.standing[0]?.config ?? {};
        expect(Object.keys(config)).to.have.members([
            "capacity-region-loss",
            "capacity-service-minimum",
            "recovery-database-zones",
        ]);
        for (const [name, values] of Object.entries(config)) {
            const schema = resilience.find((policy) => policy.name === name)?.configSchema;
            expect(Object.keys(schema?.properties ?? {})).to.include.members(
                Object.keys(values as object),
            );
        }
        expect(small.evacuation("us-east-1", [])[0]?.config).to.deep.include({
            "evacuation-enough-regions": { minimumInService: 1 },
        });
    });
});
