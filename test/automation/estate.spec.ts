import path from "node:path";

import { expect } from "chai";

import { estateOf, type ChosenEstate } from "../../automation/chosenEstate";
import { type LaneUpdate, policyPacksOf, type PolicyPacks } from "../../automation/estate";
import { regionNames, topology } from "../../infra/topology";
import { policies as evacuation } from "../../policies/evacuation/policies";
import { policies as resilience } from "../../policies/resilience/policies";
import { dialChange, writeNameChange, writerChange } from "./support/fakeStacks";

const root = path.join(__dirname, "..", "..");

describe("the packs that updates run under", () => {
    const full: ChosenEstate = { name: "full", topology, configFolder: root };
    const packs: PolicyPacks = policyPacksOf(root, full);
    const changed = writerChange("eu-west-1", {
        oldInputs: { writer: "us-east-1", __provider: "code" },
    });
    const created = dialChange("us-east-1", 100, 0, { operation: "create", oldInputs: {} });
    const update: LaneUpdate = {
        lane: "settle",
        region: "us-east-1",
        targets: [changed.urn, created.urn],
        preview: {
            changes: [changed, created, writeNameChange()],
            previousOutputs: {
                writer: "us-east-1",
                standby: "eu-west-1",
                writerHome: "us-east-1",
                zoneId: "Z1",
            },
        },
    };
    const [pack] = packs.evacuation({ ...update, share: 10 });

    it("tell the evacuation pack what the update is for, what may change and what it was", () => {
        const { targets } = update;
        const about = { lane: "settle", impairedRegion: "us-east-1", targets };
        const before = { [changed.urn]: { writer: "us-east-1" } };
        expect(pack?.folder).to.equal(path.join(root, "policies", "evacuation"));
        expect(pack?.config).to.eql({
            "evacuation-named-region": {
                impairedRegion: "us-east-1",
                regions: regionNames(topology),
            },
            "evacuation-nothing-else": { ...about, before },
            "evacuation-nothing-removed": { targets },
            "evacuation-outside-region": about,
            "evacuation-direction": { ...about, before, share: 10 },
            "evacuation-exact-inverse": {
                ...about,
                roles: { writer: "us-east-1", standby: "eu-west-1", writerHome: "us-east-1" },
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
            "votes-other-regions",
        ]);
        for (const [name, values] of Object.entries(config)) {
            const schema = resilience.find((policy) => policy.name === name)?.configSchema;
            expect(Object.keys(schema?.properties ?? {})).to.include.members(
                Object.keys(values as object),
            );
        }
        expect(small.evacuation(update)[0]?.config).to.deep.include({
            "evacuation-enough-regions": { minimumInService: 1 },
        });
    });
});
