import { spawnSync } from "node:child_process";
import path from "node:path";

import { expect } from "chai";

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
        `Object.keys(require.cache).some((file) => file.includes(${JSON.stringify(`node_modules/${name}/`)}))`;

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

    it("are what they are for everybody else", () => {
        expect(
            run(
                `console.log(JSON.stringify([typeof require("typescript").sys.readFile, ${isLoaded("typescript")}]))`,
            ),
        ).to.deep.equal(["function", true]);
    });
});
