import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { withLock } from "../../../sandbox/engine/lock";
import { inStaging, replaceFile } from "../../../sandbox/engine/staging";

describe("withLock", () => {
    let folder: string;
    let file: string;

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-lock-"));
        file = path.join(folder, "lock");
    });
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    it("lets one in at a time, and tells the others who is in", async () => {
        const events: string[] = [];
        const waiting: string[] = [];
        const work = (name: string): Promise<void> =>
            withLock(
                file,
                async () => {
                    events.push(`${name} in`);
                    await new Promise((resolve) => setImmediate(resolve));
                    events.push(`${name} out`);
                },
                { retryMs: 1, onWaiting: (holder) => waiting.push(holder) },
            );
        await Promise.all([work("a"), work("b"), work("c")]);

        for (let at = 0; at < events.length; at += 2) {
            expect(events[at + 1]).to.equal(events[at]?.replace("in", "out"));
        }
        expect(events).to.have.length(6);
        expect(waiting[0]).to.contain(String(process.pid));
        expect(fs.readdirSync(folder)).to.eql([]);
    });

    it("is free again after a failure", async () => {
        const failed = await withLock(file, async () => {
            throw new Error("work failed");
        }).catch(String);
        expect(failed).to.contain("work failed");
        expect(await withLock(file, async () => "in")).to.equal("in");
    });

    it("is taken over from a process that is gone", async () => {
        const { pid } = spawnSync("true");
        fs.writeFileSync(file, JSON.stringify({ pid, host: os.hostname(), id: "dead" }));
        expect(await withLock(file, async () => "in", { retryMs: 1 })).to.equal("in");
    });

    it("is not taken from a living process, or one of another machine", async () => {
        for (const holder of [
            { pid: process.ppid, host: os.hostname(), id: "living" },
            { pid: 1, host: "elsewhere", id: "remote" },
        ]) {
            fs.writeFileSync(file, JSON.stringify(holder));
            const abort = new AbortController();
            const refused = await withLock(file, async () => "in", {
                retryMs: 1,
                signal: abort.signal,
                onWaiting: () => abort.abort(new Error("still held")),
            }).catch(String);
            expect(refused).to.contain("still held");
            expect(JSON.parse(fs.readFileSync(file, "utf8"))).to.eql(holder);
        }
    });
});

describe("inStaging", () => {
    let folder: string;
    let target: string;

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-staging-"));
        target = path.join(folder, "v1");
    });
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    it("shows the target only when it is whole", async () => {
        await inStaging(target, async (staging) => {
            fs.writeFileSync(path.join(staging, "a"), "1");
            expect(fs.existsSync(target)).to.equal(false);
        });
        expect(fs.readdirSync(target)).to.eql(["a"]);
        expect(fs.readdirSync(folder)).to.eql(["v1"]);
    });

    it("leaves the old one when filling fails", async () => {
        fs.mkdirSync(target);
        fs.writeFileSync(path.join(target, "old"), "");
        await inStaging(target, async (staging) => {
            fs.writeFileSync(path.join(staging, "half"), "");
            throw new Error("cut");
        }).catch(() => {});
        expect(fs.readdirSync(target)).to.eql(["old"]);
        expect(fs.readdirSync(folder)).to.eql(["v1"]);
    });

    it("sweeps away what a killed one left", async () => {
        fs.mkdirSync(path.join(folder, "staging-dead"));
        await inStaging(target, async () => {});
        expect(fs.readdirSync(folder)).to.eql(["v1"]);
    });
});

describe("replaceFile", () => {
    it("leaves whoever has the old file open with the old file", () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-replace-"));
        const file = path.join(folder, "deep", "tool");
        replaceFile(file, "old", 0o755);
        const open = fs.openSync(file, "r");
        replaceFile(file, "new", 0o755);
        expect(fs.readFileSync(open, "utf8")).to.equal("old");
        expect(fs.readFileSync(file, "utf8")).to.equal("new");
        expect(fs.statSync(file).mode & 0o777).to.equal(0o755);
        expect(fs.readdirSync(path.dirname(file))).to.eql(["tool"]);
        fs.closeSync(open);
        fs.rmSync(folder, { recursive: true });
    });
});
