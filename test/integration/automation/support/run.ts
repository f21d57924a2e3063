import fs from "node:fs";

import { failback } from "../../../../automation/commands/failback";
import { failover } from "../../../../automation/commands/failover";
import { openFixture } from "./fixture";

/**
 * One failover or failback in a process of its own, which dies as it was told to:
 *
 *     run.ts <fixture folder> <failover|failback> <region> [killed steps file]
 *
 * With the file, it kills itself with SIGKILL at the first step the file does not name, and adds it.
 */
async function main(): Promise<void> {
    const [root = "", kind, region = "", killedFile] = process.argv.slice(2);
    const killed = new Set(
        killedFile === undefined ? [] : fs.readFileSync(killedFile, "utf8").split("\n"),
    );
    const onStep = (step: string, status: string): void => {
        console.log(`${status} ${step}`);
        const point = `${status} ${step}`;
        if (killedFile !== undefined && status === "started" && !killed.has(point)) {
            fs.appendFileSync(killedFile, `${point}\n`);
            process.kill(process.pid, "SIGKILL");
        }
    };
    const { estate } = await openFixture(root);
    const options = { region, yes: true, onStep };
    if (kind === "failover") {
        await failover(estate, options);
    } else {
        await failback(estate, { ...options, gate: async () => ({ ok: true }) });
    }
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
