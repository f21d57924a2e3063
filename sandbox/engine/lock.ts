import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

interface Holder {
    readonly pid: number;
    readonly host: string;
    readonly id: string;
}

export interface LockOptions {
    readonly signal?: AbortSignal;
    /** Called once, when somebody else holds the lock. */
    readonly onWaiting?: (holder: string) => void;
    /** @default 250 */
    readonly retryMs?: number;
}

/**
 * Runs `work` while holding the lock file: one process of this machine at a time. A lock whose
 * holder is gone (killed, or the machine was restarted) is taken over.
 */
export async function withLock<T>(
    file: string,
    work: () => Promise<T>,
    options: LockOptions = {},
): Promise<T> {
    const own: Holder = { pid: process.pid, host: os.hostname(), id: randomUUID() };
    fs.mkdirSync(path.dirname(file), { recursive: true });
    let waited = false;
    while (!take(file, own)) {
        options.signal?.throwIfAborted();
        const holder = read(file);
        if (holder !== undefined && isGone(holder)) {
            breakLock(file, holder);
            continue;
        }
        if (!waited && holder !== undefined) {
            waited = true;
            options.onWaiting?.(`process ${holder.pid} on ${holder.host}`);
        }
        await sleep(options.retryMs ?? 250);
    }
    try {
        return await work();
    } finally {
        if (read(file)?.id === own.id) {
            fs.rmSync(file, { force: true });
        }
    }
}

/** Creates the lock file with its content in one step: a lock is never seen without its holder. */
function take(file: string, own: Holder): boolean {
    const draft = `${file}.${own.id}`;
    fs.writeFileSync(draft, JSON.stringify(own));
    try {
        fs.linkSync(draft, file);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") {
            return false;
        }
        throw error;
    } finally {
        fs.rmSync(draft, { force: true });
    }
}

function read(file: string): Holder | undefined {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")) as Holder;
    } catch {
        return undefined;
    }
}

function isGone(holder: Holder): boolean {
    if (holder.host !== os.hostname()) {
        return false;
    }
    try {
        process.kill(holder.pid, 0);
        return false;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "ESRCH";
    }
}

/** Takes a dead holder's lock away, and puts it back if somebody was faster and it is a living one's. */
function breakLock(file: string, dead: Holder): void {
    const aside = `${file}.${randomUUID()}`;
    try {
        fs.renameSync(file, aside);
    } catch {
        return;
    }
    if (read(aside)?.id !== dead.id) {
        try {
            fs.linkSync(aside, file);
        } catch {
            // A third one took the free place in between: two hold the lock. It takes three set-ups
            // within a millisecond of each other and a dead one, and costs one of them its build.
        }
    }
    fs.rmSync(aside, { force: true });
}
