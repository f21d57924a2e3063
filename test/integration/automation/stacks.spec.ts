import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { Stacks } from "../../../automation/stacks";
import { prepareEngine } from "../../../sandbox/engine";
import { createFixture, openFixture, removeFixture, type Fixture } from "./support/fixture";

const stack = "eu-west-1";

describe("stacks on the real engine", () => {
    let fixture: Fixture;

    before(async () => {
        fixture = await createFixture();
    });
    after(() => removeFixture(fixture));

    const locks = (): string =>
        path.join(fixture.root, "state", ".pulumi", "locks", "organization", "fixture", stack);

    async function lock(pid: number, hostname: string = os.hostname()): Promise<void> {
        await fs.mkdir(locks(), { recursive: true });
        const content = { pid, username: "someone", hostname, timestamp: "2026-01-01T00:00:00Z" };
        await fs.writeFile(path.join(locks(), `${pid}.json`), JSON.stringify(content));
    }

    async function deadPid(): Promise<number> {
        const child = spawn("true");
        await new Promise((resolve) => child.once("exit", resolve));
        return child.pid as number;
    }

    it("reads a change, its old and new inputs and the outputs", async () => {
        const file = path.join(fixture.root, "edited.yaml");
        const text = await fs.readFile(fixture.stackFile(stack), "utf8");
        const edited = text.replace(
            "# fixed\n",
            "# fixed\n  meridian:votes:\n    us-east-1: evacuate\n",
        );
        await fs.writeFile(file, edited);
        const preview = await fixture.stacks.preview(stack, { configFile: file });

        expect(preview.error).to.equal(undefined);
        expect(preview.counts).to.include({ update: 1 });
        expect(preview.changes).to.have.length(1);
        expect(preview.changes[0]).to.deep.include({
            name: "votes-us-east-1",
            operation: "update",
            paths: ["content"],
        });
        expect(preview.changes[0]?.oldInputs["content"]).to.equal("in-service");
        expect(preview.changes[0]?.newInputs["content"]).to.equal("evacuate");
        expect(preview.outputs?.["votes"]).to.eql({ "us-east-1": "evacuate" });
        expect(preview.previousOutputs?.["votes"]).to.eql({});
    });

    it("goes past the lock of a process that is gone", async () => {
        await lock(await deadPid());
        const update = await fixture.stacks.up(stack);
        expect(update.error).to.equal(undefined);
        expect(await fs.readdir(locks()).catch(() => [])).to.eql([]);
    });

    it("leaves the lock of another machine alone and says who holds it", async () => {
        await lock(12345, "elsewhere");
        try {
            const impatient = await openWith({ lockWaitSeconds: 0 });
            const { error } = await impatient.up(stack);
            expect(error?.code).to.equal("state-locked");
            expect(error?.message)
                .to.contain("someone@elsewhere, process 12345")
                .and.to.contain(`pulumi cancel --stack ${stack}`);
            expect(await fs.readdir(locks())).to.have.length(1);
        } finally {
            await fs.rm(locks(), { recursive: true });
        }
    });

    it("says that a state is corrupt, and where a copy is", async () => {
        const file = path.join(fixture.root, "state/.pulumi/stacks/fixture", `${stack}.json`);
        const text = await fs.readFile(file, "utf8");
        await fs.writeFile(file, text.slice(0, text.length / 2));
        try {
            const { error } = await fixture.stacks.preview(stack);
            expect(error?.code).to.equal("state-corrupt");
            expect(error?.message).to.contain(stack).and.to.contain("pulumi stack import");
        } finally {
            await fs.writeFile(file, text);
        }
    });

    it("has no outputs of a stack that is not there", async () => {
        expect(await fixture.stacks.outputs("nowhere")).to.equal(undefined);
    });

    it("stops an update when it is told to, and the next one takes over", async () => {
        const slow = await openFixture(fixture.root, { FIXTURE_DELAY_MS: "2000" });
        const file = path.join(fixture.root, "slow.yaml");
        const text = await fs.readFile(fixture.stackFile(stack), "utf8");
        await fs.writeFile(file, text.replace("# fixed\n", "# fixed\n  meridian:title: new\n"));
        const controller = new AbortController();
        const running = slow.stacks.up(stack, { configFile: file, signal: controller.signal });
        const state = path.join(fixture.root, "state/.pulumi/stacks/fixture", `${stack}.json`);
        while (!(await fs.readFile(state, "utf8")).includes("pending_operations")) {
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        controller.abort();
        expect((await running).error?.code).to.equal("aborted");

        const next = await fixture.stacks.up(stack, { configFile: file });
        expect(next.error).to.equal(undefined);
        expect(await fs.readdir(locks()).catch(() => [])).to.eql([]);
    });

    async function openWith(options: { readonly lockWaitSeconds: number }): Promise<Stacks> {
        return Stacks.open({
            engine: await prepareEngine({
                home: path.join(fixture.root, "home"),
                pluginEntry: path.join(__dirname, "fixture", "provider.js"),
                onProgress: () => undefined,
            }),
            projectFolder: fixture.estate.projectFolder,
            environment: {
                PULUMI_BACKEND_URL: `file://${path.join(fixture.root, "state")}`,
                PULUMI_CONFIG_PASSPHRASE: "fixture",
            },
            ...options,
        });
    }
});
