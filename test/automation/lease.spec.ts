import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { AutomationError } from "../../automation/errors";
import { Lease } from "../../automation/lease";
import { startOf } from "../../automation/processes";

describe("the lease", () => {
    let folder: string;

    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-lease-"));
    });
    afterEach(() => fs.rm(folder, { recursive: true }));

    async function leave(holder: Record<string, unknown>): Promise<void> {
        const full = { host: os.hostname(), command: "failover x", since: "then", ...holder };
        await fs.writeFile(path.join(folder, "lease.json"), JSON.stringify(full));
    }

    it("is held by one at a time, and free again once released", async () => {
        const lease = await Lease.take(folder, "failover us-east-1");
        const error = (await Lease.take(folder, "failback us-east-1").catch(
            (caught: unknown) => caught,
        )) as AutomationError;
        expect(error.code).to.equal("busy");
        expect(error.message)
            .to.contain("`meridian failover us-east-1` is already running")
            .and.to.contain(String(process.pid));
        await lease.release();
        await (await Lease.take(folder, "failback us-east-1")).release();
        expect(await fs.readdir(folder)).to.eql([]);
    });

    it("is had by exactly one of many that ask at once", async () => {
        await leave({ pid: await deadPid(), start: "1" });
        const taken = await Promise.allSettled(
            Array.from({ length: 20 }, (_, i) => Lease.take(folder, `failover ${i}`)),
        );
        expect(taken.filter((one) => one.status === "fulfilled")).to.have.length(1);
    });

    it("of a dead process is taken over", async () => {
        await leave({ pid: await deadPid(), start: "1" });
        await (await Lease.take(folder, "failover us-east-1")).release();
    });

    it("of a dead process whose id is in use again is taken over", async () => {
        await leave({ pid: process.pid, start: "long before" });
        await (await Lease.take(folder, "failover us-east-1")).release();
    });

    it("is taken over from whoever died while it took it over", async () => {
        const dead = await deadPid();
        await leave({ pid: dead, start: "1" });
        const text = await fs.readFile(path.join(folder, "lease.json"), "utf8");
        const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
        await fs.writeFile(path.join(folder, `lease.json.${digest}`), text);
        await (await Lease.take(folder, "failover us-east-1")).release();
        expect(await fs.readdir(folder)).to.eql([]);
    });

    it("of a live process holds", async () => {
        await leave({ pid: process.pid, start: await startOf(process.pid) });
        const error = await Lease.take(folder, "failover us-east-1").catch(String);
        expect(error).to.contain("already running");
    });

    it("of another machine holds, for nobody can tell", async () => {
        await leave({ pid: await deadPid(), start: "1", host: "elsewhere" });
        const error = await Lease.take(folder, "failover us-east-1").catch(String);
        expect(error).to.contain("on elsewhere");
    });

    it("that a crash left half written is taken over", async () => {
        await fs.writeFile(path.join(folder, "lease.json"), '{"pid": 1');
        await (await Lease.take(folder, "failover us-east-1")).release();
    });
});

async function deadPid(): Promise<number> {
    const child = spawn("true");
    await new Promise((resolve) => child.once("exit", resolve));
    return child.pid as number;
}
