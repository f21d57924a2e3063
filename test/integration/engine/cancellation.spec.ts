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
            let said = "";
            up.child.stdout.on("data", (text: string) => (said += text));
            await up.says("now running");
            const ids = /ids (\d+) (\d+) now running/.exec(said)?.slice(1).map(Number) ?? [];
            expect(ids).to.have.length(2);
            try {
                up.child.kill(signal);
                await new Promise((resolve) => up.child.once("exit", resolve));
                await gone(ids);
            } finally {
                ids.filter(isRunning).forEach((id) => process.kill(id, "SIGKILL"));
            }
            // Whoever outlived the CLI would hold its output open.
            expect((await up.outcome).status).to.not.equal(0);
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

/** The engine waits five seconds for a plugin before it kills it; nobody has longer than twenty. */
async function gone(ids: readonly number[]): Promise<void> {
    for (let tries = 0; ids.some(isRunning); tries++) {
        expect(tries, `processes ${ids.filter(isRunning).join(", ")} still run`).to.be.below(400);
        await sleep(50);
    }
}
