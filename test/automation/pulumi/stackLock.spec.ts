import { spawn } from "node:child_process";
import os from "node:os";

import { expect } from "chai";

import { isStale, locksIn } from "../../../automation/pulumi/stackLock";

const text =
    "error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
    "  file:///s/.pulumi/locks/organization/p/x/a.json: created by ann@host-1 (pid 12) at 2026-11-23T21:57:20Z\n" +
    "  file:///s/.pulumi/locks/organization/p/x/b.json: created by bob@host-2 (pid 3456) at 2026-11-23T21:58:20Z\n";

describe("a stack's lock", () => {
    it("is read from the refusal, every one of them", () => {
        expect(locksIn(text)).to.eql([
            { user: "ann", host: "host-1", pid: 12, since: "2026-11-23T21:57:20Z" },
            { user: "bob", host: "host-2", pid: 3456, since: "2026-11-23T21:58:20Z" },
        ]);
        expect(locksIn("error: something else (pid 12)")).to.eql([]);
    });

    it("is stale when its process is gone from this machine, and only then", async () => {
        const child = spawn("true");
        await new Promise((resolve) => child.once("exit", resolve));
        const lock = { user: "u", host: os.hostname(), pid: child.pid as number, since: "" };
        expect(await isStale(lock)).to.equal(true);
        expect(await isStale({ ...lock, host: "elsewhere" })).to.equal(false);
    });

    it("is stale when its process id belongs to another program by now", async () => {
        const child = spawn("sleep", ["30"]);
        try {
            await new Promise((resolve) => child.once("spawn", resolve));
            const lock = { user: "u", host: os.hostname(), pid: child.pid as number, since: "" };
            expect(await isStale(lock)).to.equal(true);
        } finally {
            child.kill("SIGKILL");
        }
    });

    it("is not stale while an engine holds it", async () => {
        const child = spawn("bash", ["-c", "exec -a pulumi sleep 30"]);
        try {
            await new Promise((resolve) => setTimeout(resolve, 200));
            const lock = { user: "u", host: os.hostname(), pid: child.pid as number, since: "" };
            expect(await isStale(lock)).to.equal(false);
        } finally {
            child.kill("SIGKILL");
        }
    });
});
