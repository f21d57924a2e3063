import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { readPackInfo } from "../../../automation/pulumi/packInfo";
import { policies } from "../../../policies/resilience/policies";

const root = path.join(__dirname, "..", "..", "..");

describe("a policy pack that is asked what its rules are", () => {
    it("says all that its rules say of themselves", async () => {
        const info = await readPackInfo(path.join(root, "policies", "resilience"));
        expect(info.name).to.equal("meridian-resilience");
        expect(
            info.rules.map((rule) => ({ ...rule, settings: undefined, schema: undefined })),
        ).to.eql(
            policies.map((policy) => ({
                name: policy.name,
                description: policy.description,
                level: policy.enforcementLevel,
                severity: policy.severity,
                remediation: policy.remediationSteps,
                url: policy.url ?? "",
                tags: policy.tags,
                settings: undefined,
                schema: undefined,
            })),
        );
        const capacity = info.rules.find(({ name }) => name === "capacity-service-minimum");
        expect(capacity?.settings).to.eql({ peakTasks: 3, peakTasksByRegion: {}, growthFactor: 2 });
        expect(capacity?.schema?.["growthFactor"]).to.include({ type: "number", default: 2 });
        expect(info.rules.find(({ name }) => name === "routing-ttl")).to.have.property("settings");
    });

    it("fails with its own words when it cannot start", async () => {
        const folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-pack-"));
        await fs.writeFile(path.join(folder, "package.json"), '{"name":"p","version":"1.0.0"}');
        await fs.writeFile(path.join(folder, "index.js"), 'throw new Error("torn");');
        await fs.symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"));
        const failed = await readPackInfo(folder).then(
            () => expect.fail("it answered"),
            (error: Error) => error,
        );
        await fs.rm(folder, { recursive: true });
        expect(failed.message).to.contain("torn");
    });
});
