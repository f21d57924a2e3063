import fs from "node:fs";

import { expect } from "chai";

import { createBench, programFiles, type Bench, type Project } from "../support/project";

const program = `
import * as pulumi from "@pulumi/pulumi";

class Greeter extends pulumi.ComponentResource {
    readonly text: pulumi.Output<string>;
    constructor(name: string, who: pulumi.Input<string>) {
        super("test:index:Greeter", name);
        this.text = pulumi.interpolate\`hello \${who}\`;
        this.registerOutputs({ text: this.text });
    }
}
const config = new pulumi.Config();
const mode = config.get("mode") ?? "run";
console.log("said on stdout by " + pulumi.getStack());
console.error("said on stderr");
if (mode === "throw") {
    throw new Error("the program gave up");
}
if (mode === "refuse") {
    throw new pulumi.RunError("the region is not allowed");
}
if (mode === "exit") {
    process.exit(7);
}
export const greeting = new Greeter("greeter", config.require("who")).text;
export const token = config.requireSecret("token");
export const numbers = config.requireObject<number[]>("numbers");
`;

describe("a program on the language host", () => {
    let bench: Bench;
    let project: Project;

    before(async () => {
        bench = await createBench();
        project = bench.project("tiny", programFiles("tiny", program));
        await project.pulumi(["stack", "init", "dev"]);
        await project.pulumi(["config", "set", "who", "world", "--stack", "dev"]);
        await project.pulumi(["config", "set", "--path", "numbers[0]", "4", "--stack", "dev"]);
        await project.pulumi(["config", "set", "--secret", "token", "hush-hush", "--stack", "dev"]);
    });
    after(() => bench.remove());

    it("registers components and gives back outputs, from config and secrets", async () => {
        const up = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]);

        expect(up.status, up.stdout + up.stderr).to.equal(0);
        expect(up.stdout).to.contain("test:index:Greeter greeter");
        expect(await project.outputs("dev")).to.eql({
            greeting: "hello world",
            token: "hush-hush",
            numbers: [4],
        });
        expect(up.stdout + up.stderr).not.to.contain("hush-hush");
    });

    it("shows what the program prints, and warns of nothing", async () => {
        const up = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev"]);

        expect(up.stdout).to.contain("said on stdout by dev").and.to.contain("said on stderr");
        expect(up.stdout + up.stderr).not.to.contain("warning");
    });

    it("changes nothing the second time", async () => {
        const up = await project.pulumi([
            "up",
            "--yes",
            "--skip-preview",
            "--expect-no-changes",
            "--stack",
            "dev",
        ]);
        expect(up.status, up.stdout + up.stderr).to.equal(0);
    });

    it("previews with the program told that it is a preview", async () => {
        const preview = await project.pulumi(["preview", "--stack", "dev"]);
        expect(preview.status, preview.stdout + preview.stderr).to.equal(0);
        expect(preview.stdout).to.contain("2 unchanged");
    });

    for (const [mode, message, repeated] of [
        ["throw", "the program gave up", false],
        ["refuse", "the region is not allowed", false],
        ["exit", "non-zero exit code: 7", true],
    ] as const) {
        it(`fails with the program's own error, and an exit status only for want of one: ${mode}`, async () => {
            const up = await project.pulumi(["preview", "--stack", "dev", "-c", `mode=${mode}`]);
            await project.pulumi(["config", "rm", "mode", "--stack", "dev"]);

            const text = up.stdout + up.stderr;
            expect(up.status, text).to.not.equal(0);
            expect(text).to.contain(message);
            expect(text.includes("exit code"), text).to.equal(repeated);
        });
    }

    it("says what to do when the program's packages are not installed", async () => {
        const bare = bench.project("bare", programFiles("bare", "export {};"));
        fs.rmSync(`${bare.folder}/node_modules`);
        await bare.pulumi(["stack", "init", "dev"]);
        const up = await bare.pulumi(["preview", "--stack", "dev"]);

        expect(up.status).to.not.equal(0);
        expect(up.stdout + up.stderr).to.contain("npm ci");
    });

    it("tells pulumi about the Node and the packages it runs", async () => {
        const about = await project.pulumi(["about", "--json"]);
        const facts = JSON.parse(about.stdout) as {
            runtime: { version: string };
            dependencies: { name: string }[];
        };
        expect(facts.runtime.version).to.equal(process.version);
        expect(facts.dependencies.map(({ name }) => name)).to.eql(["@pulumi/pulumi"]);
    });
});
