import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";
import { transformSync } from "esbuild";
import { VERSION as tsNode } from "ts-node";
import { version as typescript } from "typescript";

const root = path.join(__dirname, "..", "..");

describe("modules that wait until they are used", () => {
    function run(program: string): unknown {
        const preload = path.join(root, "infra", "deferredModules.js");
        const { stdout, stderr, status } = spawnSync(
            process.execPath,
            ["--require", preload, "-e", `const pulumi = require("@pulumi/pulumi"); ${program}`],
            { encoding: "utf8", cwd: root },
        );
        expect(status, stderr).to.equal(0);
        return JSON.parse(stdout);
    }
    const isLoaded = (name: string): string =>
        `Object.keys(require.cache).some((file) => file.endsWith(".js") && file.includes(${JSON.stringify(`node_modules/${name}/`)}))`;
    const fromSdk = `const sdk = require("node:module").createRequire(require.resolve("@pulumi/pulumi/index.js"));`;

    it("are not loaded with Pulumi's SDK", () => {
        expect(
            run(
                `console.log(JSON.stringify([${isLoaded("typescript")}, ${isLoaded("@npmcli/arborist")}]))`,
            ),
        ).to.deep.equal([false, false]);
    });

    it("are there when a function is serialized", () => {
        const text = run(`
            const { name } = require("node:path").parse("/a/captured.js");
            pulumi.runtime.serializeFunction(() => name).then(({ text }) =>
                console.log(JSON.stringify([text, ${isLoaded("typescript")}])));
        `);
        expect((text as string[])[0]).to.contain("captured");
        expect((text as unknown[])[1]).to.equal(true);
    });

    it("are there for the packages of a program", () => {
        expect(
            run(`pulumi.runtime.computeCodePaths().then((paths) =>
                console.log(JSON.stringify([paths.size > 0, ${isLoaded("@npmcli/arborist")}])));`),
        ).to.deep.equal([true, true]);
    });

    it("say their version unloaded, as the SDK asks for it to start a policy pack", () => {
        expect(
            run(`${fromSdk}
                const [compiler, runner] = [sdk("typescript").version, sdk("ts-node").VERSION];
                console.log(JSON.stringify([compiler, runner, ${isLoaded("typescript")}, ${isLoaded("ts-node")}]));`),
        ).to.deep.equal([typescript, tsNode, false, false]);
    });

    it("are there for a policy pack in TypeScript, and not for one in JavaScript", () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "deferred-"));
        try {
            for (const [file, text] of [
                ["plain.js", "exports.rules = 1;"],
                ["typed.ts", "export const rules: number = 2;"],
                ["other.ts", "export const rules: number = 3;"],
            ] as const) {
                fs.writeFileSync(path.join(folder, file), text);
            }
            const rules = (file: string): string =>
                `require(${JSON.stringify(path.join(folder, file))}).rules`;
            expect(
                run(`${fromSdk}
                    const compilerOptions = { module: "commonjs", moduleResolution: "node" };
                    sdk("ts-node").register({ transpileOnly: true, skipProject: true, compilerOptions });
                    const before = [${rules("plain")}, ${isLoaded("ts-node")}];
                    const after = [${rules("typed")}, ${rules("other")}, ${isLoaded("ts-node")}];
                    console.log(JSON.stringify([...before, ...after]));`),
            ).to.deep.equal([1, false, 2, 3, true]);
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    });

    it("leave the traces of a pack in one file at the places of its TypeScript", () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "deferred-"));
        try {
            const bundle = path.join(folder, "index.js");
            const { code } = transformSync('type Unused = string;\n\nthrow new Error("torn");\n', {
                loader: "ts",
                sourcefile: path.join(folder, "rule.ts"),
                sourcemap: "inline",
            });
            fs.writeFileSync(bundle, code);
            const trace = run(`${fromSdk}
                sdk("ts-node").register({});
                try {
                    require(${JSON.stringify(bundle)});
                } catch (error) {
                    console.log(JSON.stringify(error.stack));
                }`);
            expect(trace).to.contain("rule.ts:3:7");
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    });

    it("are what they are for everybody else", () => {
        expect(
            run(
                `console.log(JSON.stringify([typeof require("typescript").sys.readFile, ${isLoaded("typescript")}]))`,
            ),
        ).to.deep.equal(["function", true]);
    });
});
