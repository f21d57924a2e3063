import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

describe("the cache of compiled code", () => {
    let root: string;
    const cache = (): string => path.join(root, "node_modules", ".cache", "meridian-code");
    const write = (name: string, text: string): void =>
        fs.writeFileSync(path.join(root, name), text);

    beforeEach(() => {
        root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "meridian-code-")));
        fs.mkdirSync(path.join(root, "infra"));
        fs.copyFileSync(
            path.join(__dirname, "..", "..", "infra", "codeCache.js"),
            path.join(root, "infra", "codeCache.js"),
        );
        write("part.js", 'exports.say = () => "one";');
        write("main.js", 'console.log(require("./part").say());');
    });
    afterEach(() => fs.rmSync(root, { recursive: true }));

    function run(): { readonly stdout: string; readonly stderr: string } {
        const main = path.join(root, "main.js");
        const preload = path.join(root, "infra", "codeCache.js");
        return spawnSync(process.execPath, ["--require", preload, main], { encoding: "utf8" });
    }

    /** What is kept, by file. It is written when something was compiled, and not otherwise. */
    const kept = (): Record<string, string> =>
        Object.fromEntries(
            fs
                .readdirSync(cache(), { recursive: true, withFileTypes: true })
                .filter((entry) => entry.isFile())
                .map(({ parentPath, name }) => path.join(parentPath, name))
                .map((file) => [file, `${fs.statSync(file).ino}`]),
        );

    it("compiles a module once", () => {
        expect(run().stdout).to.equal("one\n");
        const first = kept();
        expect(Object.keys(first)).to.not.be.empty;
        expect(run().stdout).to.equal("one\n");
        expect(kept()).to.deep.equal(first);
    });

    it("compiles a module once in a process that sets a flag of V8, as Pulumi's SDK does", () => {
        write(
            "main.js",
            'require("./part"); require("node:v8").setFlagsFromString("--allow-natives-syntax");',
        );
        run();
        const first = kept();
        run();
        expect(kept()).to.deep.equal(first);
    });

    it("compiles a module that was changed anew", () => {
        run();
        const first = kept();
        write("part.js", 'exports.say = () => "two";');
        expect(run().stdout).to.equal("two\n");
        expect(kept()).to.not.deep.equal(first);
    });

    it("does without what it cannot read", () => {
        run();
        for (const file of Object.keys(kept())) {
            fs.writeFileSync(file, "no cache of ours");
        }
        expect(run()).to.include({ stdout: "one\n", stderr: "" });
    });

    it("does without a place to keep anything", () => {
        write("node_modules", "a file in the folder's place");
        expect(run()).to.include({ stdout: "one\n", stderr: "" });
    });

    it("gives modules the require that Node gives them", () => {
        write(
            "main.js",
            `#!/usr/bin/env node
            console.log([
                require.main === module,
                require.cache[__filename] === module,
                require.resolve("./part"),
                require.resolve.paths("part")[0],
                typeof require.extensions[".js"],
                this === exports,
            ].join(" "));`,
        );
        const part = path.join(root, "part.js");
        const packages = path.join(root, "node_modules");
        const said = `true true ${part} ${packages} function true\n`;
        expect([run().stdout, run().stdout]).to.deep.equal([said, said]);
    });

    it("leaves traces as they are, from the first line on", () => {
        write("part.js", 'exports.say = () => new Error("said").stack.split("\\n")[1];');
        const plain = spawnSync(process.execPath, [path.join(root, "main.js")], {
            encoding: "utf8",
        });
        expect(plain.stdout).to.contain("part.js:1:");
        expect([run().stdout, run().stdout]).to.deep.equal([plain.stdout, plain.stdout]);
    });

    it("leaves a module that imports at run time to Node", () => {
        write("main.mjs", 'export default "imported";');
        write("main.js", 'import("./main.mjs").then((main) => console.log(main.default));');
        for (let i = 0; i < 2; i++) {
            expect(run()).to.include({ stdout: "imported\n", stderr: "" });
        }
    });
});
