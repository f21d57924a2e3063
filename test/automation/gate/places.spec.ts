import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { componentPlaces } from "../../../automation/gate/places";

const root = path.join(__dirname, "..", "..", "..");

describe("the places of the project's components", () => {
    it("are the lines that give their type tokens", async () => {
        const places = await componentPlaces(root);
        for (const token of ["meridian:components:Region", "meridian:components:GlobalTable"]) {
            const place = places.get(token);
            const lines = fs.readFileSync(path.join(root, place?.file ?? ""), "utf8").split("\n");
            expect(lines[(place?.line ?? 0) - 1]).to.contain("super(");
        }
        expect(places.size).to.be.greaterThan(30);
    });

    it("are none in a project without components", async () => {
        expect([...(await componentPlaces("/nowhere"))]).to.eql([]);
    });
});
