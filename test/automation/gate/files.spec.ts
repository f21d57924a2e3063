import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { prepareReports, writeReports } from "../../../automation/gate/files";
import { reportOn } from "../support/gateReports";

describe("the gate's files", () => {
    let folder: string;

    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-gate-"));
    });
    afterEach(() => fs.rm(folder, { recursive: true }));

    it("are those that were asked for, in folders that are made", async () => {
        const markdown = path.join(folder, "reports", "comment.md");
        const sarif = path.join(folder, "gate.sarif");
        await prepareReports({ markdown, sarif });
        await writeReports(reportOn({}), { markdown, sarif });
        expect(await fs.readFile(markdown, "utf8")).to.contain("Policies passed");
        expect(await fs.readFile(sarif, "utf8")).to.contain('"version": "2.1.0"');
        expect((await fs.readdir(folder)).sort()).to.eql(["gate.sarif", "reports"]);
    });

    it("do not keep the verdict of an earlier run", async () => {
        const junit = path.join(folder, "junit.xml");
        await fs.writeFile(junit, "passed, once");
        await prepareReports({ junit });
        expect(await fs.readFile(junit, "utf8")).to.equal("");
    });
});
