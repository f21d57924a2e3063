import { spawnSync } from "node:child_process";

import { expect } from "chai";

import { nodeOptions } from "../../../automation/pulumi/nodeOptions";

describe("the options of the engine's processes in Node", () => {
    it("keep the user's own", () => {
        expect(nodeOptions("--no-warnings")).to.match(/^--no-warnings --require ".+codeCache\.js"/);
        expect(nodeOptions("")).to.match(/^--require /);
    });

    it("are options that Node takes", () => {
        const { stdout, stderr } = spawnSync(process.execPath, ["-p", "typeof require"], {
            encoding: "utf8",
            env: { NODE_OPTIONS: nodeOptions() },
        });
        expect({ stdout, stderr }).to.deep.equal({ stdout: "function\n", stderr: "" });
    });
});
