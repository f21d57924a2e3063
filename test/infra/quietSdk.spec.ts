import { spawnSync } from "node:child_process";
import path from "node:path";

import { expect } from "chai";

const root = path.join(__dirname, "..", "..");

/** Counts, in a process of its own, what a program of three resources tells an engine, by severity. */
function told(preloads: readonly string[]): Readonly<Record<string, number>> {
    const program = `
        const settings = require("@pulumi/pulumi/runtime/settings");
        const pulumi = require("@pulumi/pulumi");
        const told = {};
        settings.getEngine = () => ({
            log(request, answer) {
                const severity = request.getSeverity();
                told[severity] = (told[severity] ?? 0) + 1;
                answer();
            },
        });
        const newResource = ({ name, inputs }) => ({ id: name, state: inputs });
        pulumi.runtime.setMocks({ newResource, call: () => ({}) }).then(async () => {
            for (const name of ["a", "b", "c"]) {
                new pulumi.CustomResource("test:index:Thing", name, { size: pulumi.output(1) });
            }
            await pulumi.log.warn("look here");
            await pulumi.runtime.disconnect();
            console.log(JSON.stringify(told));
        });`;
    const preload = preloads.flatMap((file) => ["--require", path.join(root, "infra", file)]);
    const { stdout, stderr, status } = spawnSync(process.execPath, [...preload, "-e", program], {
        encoding: "utf8",
        cwd: root,
    });
    expect(status, stderr).to.equal(0);
    return JSON.parse(stdout) as Record<string, number>;
}

describe("what the SDK tells the engine", () => {
    // https://github.com/pulumi/pulumi/blob/master/proto/pulumi/engine.proto: DEBUG is 0, WARNING 2.
    it("is several lines a resource for those who debug", () => {
        expect(told([])[0]).to.be.at.least(3 * 3);
    });

    it("is no more than what users see, in an update that debugs nothing", () => {
        expect(told(["quietSdk.js"])).to.deep.equal({ 2: 1 });
        expect(told(["codeCache.js", "deferredModules.js", "quietSdk.js"])).to.deep.equal({ 2: 1 });
    });
});
