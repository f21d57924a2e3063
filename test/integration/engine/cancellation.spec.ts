import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { createBench, programFiles, type Bench, type Project } from "../support/project";

/** Starts a process of its own, says both ids, and never ends, whatever signal asks it to. */
const program = `
import { spawn } from "node:child_process";
const stubborn = "process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
const child = spawn(process.execPath, ["-e", stubborn], { stdio: "ignore" });
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
console.log("ids " + process.pid + " " + child.pid + " now running");
export const never = new Promise(() => setInterval(() => {}, 1000));
`;

describe("cancellation through the language host", () => {
    let bench: Bench;
    let project: Project;

    before(async () => {
        bench = await createBench();
        project = bench.project("endless", programFiles("endless", program));
        await project.pulumi(["stack", "init", "dev"]);
    });
    after(() => bench.remove());

    for (const signal of ["SIGINT", "SIGKILL"] as const) {
        it(`leaves no process of the program behind when the CLI gets ${signal}`, async () => {
            await project.pulumi(["cancel", "--yes", "--stack", "dev"]);
            const up = project.start(["up", "--yes", "--skip-preview", "--stack", "dev"]);
            await up.says("now running");
            up.child.kill(signal);
            const { status, stdout } = await up.outcome;

            const ids = /ids (\d+) (\d+) now running/.exec(stdout)?.slice(1).map(Number) ?? [];
            expect(ids).to.have.length(2);
            expect(status).to.not.equal(0);
            await eventually(() => ids.filter(isRunning).length === 0);
        });
    }
});

function isRunning(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}

/** Waits for as long as the test may run: what never comes true fails by the test's own limit. */
async function eventually(condition: () => boolean): Promise<void> {
    while (!condition()) {
        await sleep(50);
    }
}
