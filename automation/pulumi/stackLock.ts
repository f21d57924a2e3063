import os from "node:os";

import { isRunning } from "../processes";

export interface StackLock {
    readonly user: string;
    readonly host: string;
    readonly pid: number;
    /** ISO 8601. */
    readonly since: string;
}

/**
 * The locks that a self-managed backend lists when it refuses an update (`pkg/backend/diy/lock.go`);
 * empty when the text is about something else.
 */
export function locksIn(errorText: string): readonly StackLock[] {
    if (!errorText.includes("the stack is currently locked")) {
        return [];
    }
    return [...errorText.matchAll(/created by (\S*)@(\S+) \(pid (\d+)\) at (\S+)/g)].map(
        (match) => ({
            user: match[1] ?? "",
            host: match[2] ?? "",
            pid: Number(match[3]),
            since: match[4] ?? "",
        }),
    );
}

/** Whether nobody holds the lock any more: its process ran on this machine and is gone. */
export async function isStale(lock: StackLock): Promise<boolean> {
    return lock.host === os.hostname() && !(await isRunning(lock.pid, /pulumi/));
}
