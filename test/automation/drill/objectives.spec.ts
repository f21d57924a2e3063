import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { defaultObjectives } from "../../../automation/commands/drill";
import { AutomationError } from "../../../automation/errors";
import { readObjectives } from "../../../automation/drill/objectives";

describe("a drill's objectives", () => {
    it("have defaults that are valid", async () => {
        expect((await readObjectives(defaultObjectives)).rpo.lostWrites).to.equal(0);
    });

    it("may be JSON, and name every mistake at once", async () => {
        const folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-objectives-"));
        const file = path.join(folder, "objectives.json");
        await fs.writeFile(file, JSON.stringify({ rtoSeconds: -1, rpo: {}, extra: 1 }));
        const error = (await readObjectives(file).catch((caught: unknown) => caught)) as Error;
        expect(error).to.be.instanceOf(AutomationError).and.to.include({ exitCode: 2 });
        for (const name of ["`rtoSeconds`", "`rpo.lostWrites`", "`errors`", '"extra"']) {
            expect(error.message).to.contain(name);
        }
        await fs.rm(folder, { recursive: true });
    });

    it("name the file that cannot be read", async () => {
        expect(await readObjectives("/nowhere.yaml").catch(String)).to.contain("/nowhere.yaml");
    });
});
