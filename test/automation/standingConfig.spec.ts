import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { AutomationError } from "../../automation/errors";
import { policyPacksOf } from "../../automation/estate";
import { standingConfig } from "../../automation/standingConfig";
import { regionNames, topology } from "../../infra/topology";
import { policies } from "../../policies/resilience/policies";

describe("the standing pack's configuration", () => {
    let configFolder: string;

    beforeEach(async () => {
        configFolder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-standing-"));
    });
    afterEach(() => fs.rm(configFolder, { recursive: true }));

    const regions = { "votes-other-regions": { regions: regionNames(topology) } };
    const configured = () => standingConfig({ configFolder, topology });
    const write = (name: string, text: string): Promise<void> =>
        fs.writeFile(path.join(configFolder, name), text);
    const residency = (...lines: readonly string[]): Promise<void> =>
        write(
            "Pulumi.global.yaml",
            `config:\n  meridian:residency:\n${lines.map((line) => `    - ${line}\n`).join("")}`,
        );
    const germany = { code: "DE", regions: ["eu-west-1"] };

    it("is the estate's regions where nothing is configured", async () => {
        expect(configured()).to.eql(regions);
        await residency("{code: EU, mode: prefer}");
        expect(configured()).to.eql(regions);
        const rule = policies.find(({ name }) => name === "votes-other-regions");
        expect(rule?.configSchema?.properties).to.have.property("regions");
    });

    it("tells the rule on residency which geographies the program is told are strict", async () => {
        await residency(
            "{code: EU, mode: prefer}",
            "{code: DE, mode: strict, regions: [eu-west-1]}",
            "{code: AS, kind: continent, mode: strict, regions: [ap-south-1, ap-east-1]}",
        );
        const expected = {
            ...regions,
            "routing-residency": {
                strict: [
                    germany,
                    { code: "AS", kind: "continent", regions: ["ap-south-1", "ap-east-1"] },
                ],
            },
        };
        expect(configured()).to.eql(expected);
        const chosen = { name: "full", topology, configFolder } as const;
        expect(policyPacksOf("/project", chosen).standing[0]?.config).to.eql(expected);
        const rule = policies.find(({ name }) => name === "routing-residency");
        expect(rule?.configSchema?.properties).to.have.property("strict");
    });

    it("adds them to what resilience.json says", async () => {
        await residency("{code: DE, mode: strict, regions: [eu-west-1]}");
        const india = { code: "IN", regions: ["ap-south-1"] };
        await write(
            "resilience.json",
            JSON.stringify({
                "routing-ttl": { maximumTtl: 30 },
                "routing-residency": { enforcementLevel: "advisory", strict: [india] },
            }),
        );
        expect(configured()).to.eql({
            ...regions,
            "routing-ttl": { maximumTtl: 30 },
            "routing-residency": { enforcementLevel: "advisory", strict: [india, germany] },
        });
        await write("resilience.json", JSON.stringify({ "routing-residency": "disabled" }));
        expect(configured()).to.eql({
            ...regions,
            "routing-residency": { enforcementLevel: "disabled", strict: [germany] },
        });
    });

    it("leaves what is no residency to the program, which refuses it", async () => {
        for (const text of [
            "config:\n  meridian:residency: strict\n",
            "config:\n  meridian:residency: [{mode: strict}, null, 5]\n",
            "config: [",
        ]) {
            await write("Pulumi.global.yaml", text);
            expect(configured(), text).to.eql(regions);
        }
    });

    it("refuses a file that is no JSON, and JSON that is no configuration", async () => {
        const refusal = (): AutomationError => {
            try {
                configured();
            } catch (error) {
                return error as AutomationError;
            }
            throw new Error("it was not refused");
        };
        await write("resilience.json", "{");
        expect(refusal().code).to.equal("usage");
        expect(refusal().message).to.match(/resilience\.json is not the JSON that/);
        await write("resilience.json", '["routing-ttl"]');
        expect(refusal().message).to.match(
            /must be a JSON object of rules .*, got \["routing-ttl"\]/,
        );
    });
});
