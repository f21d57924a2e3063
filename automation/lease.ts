import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { AutomationError } from "./errors";
import { startOf } from "./processes";

/** Who holds the lease. */
interface Holder {
    readonly pid: number;
    /** Start of that process, so that another one with its id is not taken for it. */
    readonly start: string | undefined;
    readonly host: string;
    readonly command: string;
    /** ISO 8601. */
    readonly since: string;
}

/**
 * Lets one failover or failback run at a time over a project folder. The lease of a process that no
 * longer runs is taken over, so that a killed run can simply be run again.
 */
export class Lease {
    private constructor(readonly file: string) {}

    /** @throws AutomationError `busy` while another process holds it. */
    static async take(folder: string, command: string): Promise<Lease> {
        await fs.mkdir(folder, { recursive: true });
        const file = path.join(folder, "lease.json");
        const holder: Holder = {
            pid: process.pid,
            start: await startOf(process.pid),
            host: os.hostname(),
            command,
            since: new Date().toISOString(),
        };
        for (;;) {
            if (await create(file, JSON.stringify(holder))) {
                return new Lease(file);
            }
            const text = await readText(file);
            const other = text === undefined ? undefined : parse(text);
            if (other !== undefined && (await holds(other))) {
                throw new AutomationError(
                    "busy",
                    `\`meridian ${other.command}\` is already running (process ${other.pid} on ${other.host}, since ${other.since}); ` +
                        "one failover or failback runs at a time: wait for it to end, or stop it",
                );
            }
            if (text !== undefined) {
                await takeAway(file, text);
            }
        }
    }

    async release(): Promise<void> {
        await fs.rm(this.file, { force: true });
    }
}

/** Complete from its first moment: written aside, then linked, which fails when the name is taken. */
async function create(file: string, text: string): Promise<boolean> {
    const temporary = `${file}.${randomUUID()}`;
    await fs.writeFile(temporary, text);
    try {
        await fs.link(temporary, file);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") {
            return false;
        }
        throw error;
    } finally {
        await fs.rm(temporary, { force: true });
    }
}

async function readText(file: string): Promise<string | undefined> {
    try {
        return await fs.readFile(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return undefined;
        }
        throw error;
    }
}

/** What a crash of the machine left half written is nobody's. */
function parse(text: string): Holder | undefined {
    try {
        return JSON.parse(text) as Holder;
    } catch {
        return undefined;
    }
}

async function holds(holder: Holder): Promise<boolean> {
    if (holder.host !== os.hostname()) {
        return true;
    }
    const start = await startOf(holder.pid);
    return start !== undefined && start === holder.start;
}

/**
 * Removes a dead lease, of which several may be after at once. One that was quicker may have put its
 * own in place since: that one goes back.
 */
async function takeAway(file: string, dead: string): Promise<void> {
    const aside = `${file}.${randomUUID()}`;
    try {
        await fs.rename(file, aside);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return;
        }
        throw error;
    }
    if ((await readText(aside)) !== dead) {
        await fs.link(aside, file).catch(() => undefined);
    }
    await fs.rm(aside, { force: true });
}
