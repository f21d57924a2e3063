import fs from "node:fs";

import { expect } from "chai";

import { referenceFile, referencePage } from "../../policies/writeReference";

describe("the reference of the policies", () => {
    it("is what the rules say of themselves; npm run docs:policies writes it", async () => {
        expect(fs.readFileSync(referenceFile, "utf8")).to.equal(await referencePage());
    });
});
