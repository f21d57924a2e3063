import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { keptBundle, type Bundles } from "../../components/keptBundle";

describe("a bundle that is kept", () => {
    let root: string;
    const kept = (): string => path.join(root, "kept", "bundles.json");
    const write = (name: string, text: string): void =>
        fs.writeFileSync(path.join(root, name), text);
    const bundle = (minify = false): Bundles =>
        keptBundle(kept(), {
            absWorkingDir: root,
            entryPoints: { main: path.join(root, "main.ts") },
            outdir: root,
            bundle: true,
            minify,
        });
    /** Makes what is kept say so. */
    const mark = (): void =>
        fs.writeFileSync(kept(), fs.readFileSync(kept(), "utf8").replace("original", "kept"));

    beforeEach(() => {
        root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "meridian-bundle-")));
        write("main.ts", 'import { word } from "./word"; console.log(word);');
        write("word.ts", 'export const word: string = "original";');
        expect(bundle()["main"]).to.contain("original");
        mark();
    });
    afterEach(() => fs.rmSync(root, { recursive: true }));

    it("is made once", () => {
        expect(bundle()["main"]).to.contain("kept");
    });

    it("is made anew when a file in it was changed", () => {
        write("word.ts", 'export const word: string = "changed";');
        expect(bundle()["main"]).to.contain("changed");
        expect(bundle()["main"]).to.contain("changed");
    });

    it("is made anew when a file in it is gone", () => {
        fs.rmSync(path.join(root, "word.ts"));
        write("word.js", 'export const word = "moved";');
        expect(bundle()["main"]).to.contain("moved");
    });

    it("is made anew when there is a tsconfig.json now", () => {
        write("tsconfig.json", "{}");
        expect(bundle()["main"]).to.contain("original");
    });

    it("is made anew with other options", () => {
        expect(bundle(true)["main"]).to.contain("original");
    });

    it("is made anew when it cannot be read", () => {
        fs.writeFileSync(kept(), "no bundle of ours");
        expect(bundle()["main"]).to.contain("original");
    });

    it("is made every time where nothing can be kept", () => {
        fs.rmSync(path.dirname(kept()), { recursive: true });
        write("kept", "a file in the folder's place");
        expect(bundle()["main"]).to.contain("original");
    });
});
