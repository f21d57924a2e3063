import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { runCommandLine } from "../../../automation/cli/program";
import type { Wiring } from "../../../automation/wiring";
import { Text } from "../../automation/support/text";
import { createFixture, removeFixture, type Fixture } from "./support/fixture";
import { packOf, toldOfRegions, writePack } from "./support/packs";

const stack = "eu-west-1";

describe("the exit status of preview and audit, on the real engine", () => {
    let fixture: Fixture;
    const replaced = new Map<string, string | undefined>();

    before(async () => {
        fixture = await createFixture();
        const own = { ...fixture.environment, PULUMI_OPTION_CWD: fixture.estate.projectFolder };
        for (const [name, value] of Object.entries(own)) {
            replaced.set(name, process.env[name]);
            process.env[name] = value;
        }
    });
    after(async () => {
        for (const [name, value] of replaced) {
            if (value === undefined) {
                delete process.env[name];
            } else {
                process.env[name] = value;
            }
        }
        await removeFixture(fixture);
    });

    const write = (file: string, text: string): Promise<void> =>
        fs.writeFile(path.join(fixture.estate.projectFolder, file), text);

    async function run(command: "preview" | "audit", judge: string) {
        const folder = path.join(fixture.estate.projectFolder, "policies", "resilience");
        await fs.rm(folder, { recursive: true, force: true });
        await writePack(folder, packOf("resilience", judge, toldOfRegions));
        const wiring: Wiring = {
            prepareEngine: async () => fixture.engine,
            startRehearsal: () => expect.fail("a rehearsal was started"),
        };
        const [stdout, stderr] = [new Text(), new Text()];
        const junit = path.join(fixture.root, "gate.xml");
        const code = await runCommandLine(
            wiring,
            [command, "--stack", stack, "--junit", junit, "--home", fixture.root],
            { stdout, stderr, environment: {} },
        );
        return {
            code,
            out: stdout.text,
            err: stderr.text,
            junit: await fs.readFile(junit, "utf8"),
        };
    }

    it("is 0 when all is well, 1 on a violation and 1 with a pack that crashes", async () => {
        for (const command of ["preview", "audit"] as const) {
            const good = await run(command, "");
            expect(good.code, good.out + good.err).to.equal(0);
            const violated = await run(command, 'report("it is here");');
            expect(violated.code, command).to.equal(1);
            expect(violated.out).to.contain("mandatory topics-named").and.to.contain("it is here");
            expect(violated.junit).to.match(/<failure [^]*it is here/);
            const torn = await run(command, 'throw new Error("torn");');
            expect(torn.code, command).to.equal(1);
            expect(torn.out).to.contain("policy pack policies/resilience failed");
            expect(torn.junit).to.match(/<error [^]*torn/);
        }
    });

    it("is 2 for rules that the pack does not have and values that they do not take", async () => {
        for (const [config, problem] of [
            ['{ "topics-name": "disabled" }', "is it topics-named?"],
            ['{ "topics-named": "off" }', "must be advisory, mandatory, remediate or disabled"],
            ['{ "topics-named": ', "is not the JSON that --policy-pack-config takes"],
            ["[]", "must be a JSON object"],
        ] as const) {
            await write("resilience.json", config);
            for (const command of ["preview", "audit"] as const) {
                const { code, err, out } = await run(command, "");
                expect(code, `${command} ${config}`).to.equal(2);
                expect(err).to.contain(problem);
                expect(out).to.equal("");
            }
        }
        await fs.rm(path.join(fixture.estate.projectFolder, "resilience.json"));
    });

    it("is 1 when a stack cannot be previewed, whatever the pack has against it", async () => {
        await write("index.js", 'throw new Error("no zone");');
        const { code, out } = await run("preview", "");
        expect(code).to.equal(1);
        expect(out)
            .to.contain("no zone")
            .and.to.match(/1 stack without a preview$/m);
    });
});
