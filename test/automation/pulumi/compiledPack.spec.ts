import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { compiledPack } from "../../../automation/pulumi/compiledPack";

const root = path.join(__dirname, "..", "..", "..");
const resilience = path.join(root, "policies", "resilience");

describe("a compiled policy pack", () => {
    it("is the same pack in one file of JavaScript", async () => {
        const compiled = await compiledPack(resilience);
        expect(fs.readdirSync(compiled).sort()).to.deep.equal([
            "PulumiPolicy.yaml",
            "index.js",
            "package.json",
        ]);
        expect(fs.readFileSync(path.join(compiled, "PulumiPolicy.yaml"), "utf8")).to.equal(
            fs.readFileSync(path.join(resilience, "PulumiPolicy.yaml"), "utf8"),
        );
        const about = (folder: string): Record<string, unknown> =>
            JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as Record<
                string,
                unknown
            >;
        expect(about(compiled)).to.deep.equal({ ...about(resilience), main: "index.js" });
    });

    it("finds the dependencies where the pack does", async () => {
        const compiled = await compiledPack(resilience);
        const resolve = (from: string): string =>
            require.resolve("@pulumi/policy", { paths: [from] });
        expect(resolve(compiled)).to.equal(resolve(resilience));
    });

    it("is made once, however often and at once it is asked for", async () => {
        const [one, other] = await Promise.all([
            compiledPack(resilience),
            compiledPack(resilience),
        ]);
        const { ino } = fs.statSync(path.join(one, "index.js"));
        expect(other).to.equal(one);
        expect(await compiledPack(resilience)).to.equal(one);
        expect(fs.statSync(path.join(one, "index.js")).ino).to.equal(ino);
    });

    it("is another one for another pack", async () => {
        expect(await compiledPack(path.join(root, "policies", "evacuation"))).to.not.equal(
            await compiledPack(resilience),
        );
    });

    it("is the pack itself when it cannot be compiled", async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-pack-"));
        try {
            fs.writeFileSync(path.join(folder, "package.json"), '{ "main": "index.ts" }');
            fs.writeFileSync(path.join(folder, "index.ts"), "not a program");
            expect(await compiledPack(folder)).to.equal(folder);
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    });
});
