import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";

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
        const other = await hold(file, holder);
        if (other !== undefined) {
            throw new AutomationError(
                "busy",
                `\`meridian ${other.command}\` is already running (process ${other.pid} on ${other.host}, since ${other.since}); ` +
                    "one failover or failback runs at a time: wait for it to end, or stop it",
            );
        }
        return new Lease(file);
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

/** Milliseconds until a file that somebody else is removing is looked at again. */
const pauseMs = 10;

/**
 * Puts a holder into a file, unless it has one that lives. Of several who find the same dead one, only the
 * one that holds the right to remove it may: whoever removes what it has not just read, and alone, may
 * remove what another one has put there since. The right is a file of the same kind, so that the death of
 * its holder is found out in the same way.
 *
 * @returns who holds it; undefined when this holder does now
 */
async function hold(file: string, holder: Holder): Promise<Holder | undefined> {
    for (;;) {
        if (await create(file, JSON.stringify(holder))) {
            return undefined;
        }
        const text = await readText(file);
        if (text === undefined) {
            continue;
        }
        const other = parse(text);
        if (other !== undefined && (await holds(other))) {
            return other;
        }
        const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
        const right = `${file}.${digest}`;
        if ((await hold(right, holder)) !== undefined) {
            await setTimeout(pauseMs);
            continue;
        }
        try {
            if ((await readText(file)) === text) {
                await fs.rm(file, { force: true });
            }
        } finally {
            await fs.rm(right, { force: true });
        }
    }
}
