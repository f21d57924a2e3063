import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { runCommandLine } from "../../../automation/cli/program";
import { AutomationError } from "../../../automation/errors";
import type { Wiring } from "../../../automation/wiring";
import { Text } from "../support/text";

const engine = {
    pulumi: "/opt/pulumi/bin/pulumi",
    root: "/opt/pulumi",
    version: "3.259.0",
    source: "path",
    environment: {},
};

const working: Wiring = {
    prepareEngine: async () => engine,
    startRehearsal: async () => {
        throw new Error("not wanted here");
    },
};

async function run(
    args: readonly string[],
    wiring: Wiring = working,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const [stdout, stderr] = [new Text(), new Text()];
    const code = await runCommandLine(wiring, args, { stdout, stderr, environment: {} });
    return { code, out: stdout.text, err: stderr.text };
}

describe("the command line", () => {
    it("explains itself", async () => {
        const { code, out } = await run(["--help"]);
        expect(code).to.equal(0);
        for (const command of [
            "deploy",
            "preview",
            "status",
            "failover",
            "failback",
            "drill",
            "sandbox",
            "destroy",
            "bench",
            "cost",
            "consistency",
            "engine",
        ]) {
            expect(out).to.match(new RegExp(`^  ${command} `, "m"));
        }
        expect(out).to.contain("3 an objective missed");
    });

    it("prints one JSON document with --json, and text without", async () => {
        const json = await run(["engine", "--json"]);
        expect(JSON.parse(json.out)).to.eql({
            version: "3.259.0",
            pulumi: engine.pulumi,
            source: "path",
        });
        expect((await run(["engine"])).out).to.equal(
            "pulumi 3.259.0 (path): /opt/pulumi/bin/pulumi\n",
        );
    });

    it("ends with 2 on wrong usage, before anything is prepared", async () => {
        const never: Wiring = {
            prepareEngine: async () => expect.fail("an engine was prepared"),
            startRehearsal: async () => expect.fail("a rehearsal was started"),
        };
        for (const args of [
            ["nothing"],
            ["failover"],
            ["failover", "mars-1"],
            ["failover", "global", "--yes"],
            ["failover", "us-east-1", "--yes", "--dry-run"],
            ["failback", "us-east-1", "--stage", "share-7"],
            ["failback", "us-east-1", "--wait", "soon"],
            ["deploy", "--stack", "mars-1"],
            ["preview", "--stack", "eu-west-1", "mars-1"],
            ["preview", "--sarif", "/dev/null/gate.sarif"],
            ["destroy", "--stack", "mars-1"],
            ["sandbox", "--ports", "dns=5300,dns=5301"],
            ["sandbox", "--ports", "api=0"],
            ["drill", "--fault", "meteor"],
            ["drill", "--region", "mars-1"],
            ["drill", "--objectives", "/nowhere.yaml"],
            ["deploy", "--estate", "tiny"],
            ["cost", "--usage", "pears=1"],
            ["cost", "--usage", "requests=-1"],
            ["cost", "--prices", "/nowhere.yaml"],
            ["consistency"],
            ["consistency", "--lag", "soon"],
            ["consistency", "--lag", ""],
            ["consistency", "--lag", "-1"],
            ["consistency", "--lag", "0"],
            ["consistency", "--lag", "100", "--floor", "100"],
            ["consistency", "--floor", "10"],
            ["consistency", "--lag", "100", "--replicas", "0"],
            ["consistency", "--lag", "100", "--replicas", "1.5"],
            ["consistency", "--lag", "100", "--rate", "Infinity"],
            ["consistency", "--lag", "100", "--measured", "80"],
            ["consistency", "--lag", "100", "--report", "drill.json"],
            ["consistency", "--report", "/nowhere.json"],
        ]) {
            const { code, out, err } = await run(args, never);
            expect(code, args.join(" ")).to.equal(2);
            expect(out, args.join(" ")).to.equal("");
            expect(err, args.join(" ")).to.contain("error: ");
        }
    });

    it("says which version it is", async () => {
        const { code, out } = await run(["--version"]);
        expect(code).to.equal(0);
        expect(out).to.match(/^\d+\.\d+\.\d+\n$/);
    });

    it("names the option that gives the rehearsal cloud another port", async () => {
        const taken: Wiring = {
            ...working,
            startRehearsal: async () => {
                throw Object.assign(
                    new Error("port 4566 is in use; choose another with ports.api"),
                    { name: "AddressError" },
                );
            },
        };
        const home = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-cli-"));
        const { code, err } = await run(["sandbox", "--home", home], taken);
        await fs.rm(home, { recursive: true });
        expect(code).to.equal(2);
        expect(err).to.contain("choose another with --ports api=<port>\n");
    });

    it("says on stdout why it failed with --json, and still on stderr", async () => {
        const { code, out, err } = await run(["failover", "mars-1", "--json"]);
        expect(code).to.equal(2);
        expect(JSON.parse(out)).to.deep.nested.include({ "error.code": "usage" });
        expect(err).to.contain('unknown region: "mars-1"');
        const usage = await run(["drill", "--fault", "meteor", "--json"]);
        expect(JSON.parse(usage.out)).to.deep.nested.include({ "error.code": "usage" });
    });

    it("ends with 2 without an engine, and with 1 on what nobody foresaw", async () => {
        const without: Wiring = {
            ...working,
            prepareEngine: async () => {
                throw Object.assign(new Error("no engine"), { name: "EngineError" });
            },
        };
        expect(await run(["engine"], without)).to.deep.include({ code: 2 });
        const odd: Wiring = {
            ...working,
            prepareEngine: async () => {
                throw new TypeError("odd");
            },
        };
        expect((await run(["engine"], odd)).code).to.equal(1);
        const failed: Wiring = {
            ...working,
            prepareEngine: async () => {
                throw new AutomationError("failed", "broken");
            },
        };
        expect(await run(["engine"], failed)).to.eql({ code: 1, out: "", err: "error: broken\n" });
    });

    it("stops the making of an engine when it is interrupted, and takes nothing for done", async () => {
        const slow: Wiring = {
            ...working,
            prepareEngine: ({ signal }) =>
                new Promise((_resolve, reject) => {
                    signal?.addEventListener("abort", () => reject(signal.reason as Error));
                    process.emit("SIGTERM", "SIGTERM");
                }),
        };
        const { code, err } = await run(["engine"], slow);
        expect(code).to.equal(1);
        expect(err).to.equal(
            "stopping; once more to stop at once\nerror: interrupted by SIGTERM\n",
        );
    });

    describe("in a project", () => {
        let folder: string;
        const keys = ["PULUMI_OPTION_CWD", "PULUMI_BACKEND_URL"] as const;
        const own = keys.map((key) => process.env[key]);

        beforeEach(async () => {
            folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-cli-"));
            process.env["PULUMI_OPTION_CWD"] = folder;
            delete process.env["PULUMI_BACKEND_URL"];
        });
        afterEach(async () => {
            keys.forEach((key, i) => {
                delete process.env[key];
                Object.assign(process.env, own[i] === undefined ? {} : { [key]: own[i] });
            });
            await fs.rm(folder, { recursive: true });
        });

        it("refuses a state backend in a region that may have to be evacuated", async () => {
            await fs.writeFile(
                path.join(folder, "Pulumi.yaml"),
                "name: x\nbackend:\n  url: s3://state?region=eu-west-1\n",
            );
            for (const stack of ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1", "global"]) {
                await fs.writeFile(path.join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
            }
            const { code, err } = await run(["failover", "us-east-1"]);
            expect(code).to.equal(2);
            expect(err).to.contain("the state backend is in eu-west-1");
        });

        it("names the project file that is missing", async () => {
            const { code, err } = await run(["deploy"]);
            expect(code).to.equal(2);
            expect(err).to.contain(path.join(folder, "Pulumi.yaml"));
        });
    });
});
