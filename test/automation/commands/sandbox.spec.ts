import { execFileSync } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import {
    exportLines,
    guideText,
    sandboxCommand,
    type SandboxGuide,
} from "../../../automation/commands/sandbox";
import type { Wiring } from "../../../automation/wiring";
import { FakeRehearsal } from "../support/fakeRehearsal";

const repository = path.join(__dirname, "..", "..", "..");

/** The environment that a shell has once it has read the lines. */
function shellAfter(lines: string, searchPath: string): Record<string, string> {
    const script = `${lines}\nexec '${process.execPath}' -p 'JSON.stringify(process.env)'`;
    const text = execFileSync("/bin/sh", ["-c", script], {
        env: { PATH: searchPath },
        encoding: "utf8",
    });
    return JSON.parse(text) as Record<string, string>;
}

describe("meridian sandbox", () => {
    let home: string;
    let rehearsal: FakeRehearsal;
    let wiring: Wiring;

    beforeEach(async () => {
        home = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-sandbox-"));
        const pulumi = path.join(home, "bin", "pulumi");
        await fs.mkdir(path.dirname(pulumi));
        // Answers for its version, and writes down what else it is asked to do.
        await fs.writeFile(
            pulumi,
            `#!/bin/sh\n[ "$1" = version ] && echo v3.259.0 && exit\necho "$1 $2 $3" >> '${home}/calls'\n`,
            { mode: 0o755 },
        );
        rehearsal = new FakeRehearsal();
        wiring = {
            prepareEngine: async () => ({
                pulumi,
                root: home,
                version: "3.259.0",
                source: "path",
                environment: { PATH: `${path.dirname(pulumi)}:${process.env["PATH"] ?? ""}` },
            }),
            startRehearsal: async () => rehearsal,
        };
    });
    afterEach(() => fs.rm(home, { recursive: true }));

    it("hands over a world whose stacks can be updated, and tells of what comes later", async () => {
        const told: string[] = [];
        const stop = new AbortController();
        let guide: SandboxGuide | undefined;
        let addresses: { what: string; address: string }[] = [{ what: "DNS", address: "here" }];
        rehearsal.addresses = () => addresses;
        await sandboxCommand(wiring, {
            repository,
            home,
            deploy: false,
            signal: stop.signal,
            onProgress: (line) => {
                told.push(line);
                if (line.includes("load balancer")) {
                    stop.abort();
                }
            },
            onReady: (ready) => {
                guide = ready;
                addresses = [...addresses, { what: "load balancer", address: "there" }];
            },
        });
        expect((await fs.readFile(path.join(home, "calls"), "utf8")).trim().split("\n")).to.eql(
            ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1", "global"].map(
                (stack) => `stack init ${stack}`,
            ),
        );
        expect(told).to.eql(["starting the rehearsal cloud", "load balancer  there"]);
        expect(guide?.addresses).to.eql([{ what: "DNS", address: "here" }]);
        expect(guide?.environment["PULUMI_OPTION_CWD"]).to.equal(
            path.join(home, "sandbox", "project"),
        );
        expect(rehearsal.stopped).to.equal(true);
    });

    it("stops the world when the stacks cannot be made", async () => {
        const stop = new AbortController();
        stop.abort(new Error("interrupted"));
        const error: unknown = await sandboxCommand(wiring, {
            repository,
            home,
            deploy: false,
            signal: stop.signal,
            onProgress: () => undefined,
            onReady: () => expect.fail("it was not ready"),
        }).catch((e: unknown) => e);
        expect(error).to.be.instanceOf(Error).with.property("message", "interrupted");
        expect(rehearsal.stopped).to.equal(true);
    });

    it("prints lines that give a shell the environment, whatever the values are", () => {
        const environment = { WITH_QUOTE: "it's", WITH_SPACE: "a b $HOME `id`" };
        expect(shellAfter(exportLines(environment, "/usr/bin"), "/bin")).to.include(environment);
    });

    it("puts the engine before the shell's own search path, and leaves the rest of that alone", () => {
        const lines = exportLines({ PATH: "/engine/bin:/npm/bin:/usr/bin" }, "/npm/bin:/usr/bin");
        expect(shellAfter(lines, "/own/bin")["PATH"]).to.equal("/engine/bin:/own/bin");
        const other = exportLines({ PATH: "/engine/bin" }, "/usr/bin");
        expect(shellAfter(other, "/own/bin")["PATH"]).to.equal("/engine/bin");
    });

    it("says where things are and what to do with them", () => {
        const text = guideText(
            {
                environment: { A: "1" },
                addresses: [
                    { what: "DNS", address: "dig @127.53.0.1" },
                    { what: "AWS API", address: "http://127.0.0.1:4566" },
                ],
            },
            "",
        );
        expect(text).to.match(
            /^DNS {6}dig @127\.53\.0\.1\nAWS API {2}http:\/\/127\.0\.0\.1:4566\n/,
        );
        expect(text).to.contain("\nexport A='1'\n").and.to.contain("pulumi up --stack eu-west-1");
    });
});
