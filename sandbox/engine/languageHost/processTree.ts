import { execFileSync } from "node:child_process";
import fs from "node:fs";

/** Real time between asking the processes of a tree to end and making them. */
const graceMs = 2000;

/**
 * Ends a process and everything it started: asks with SIGTERM, and kills what is left after two
 * seconds. The children are in our own process group, which the engine kills as a last resort, so
 * the tree has to be found by its parents and not by its group.
 */
export function endTree(pid: number): void {
    const tree = [pid, ...descendantsOf(pid)];
    signal(tree, "SIGTERM");
    const kill = setTimeout(() => signal(tree, "SIGKILL"), graceMs);
    kill.unref();
}

/** The same, at once. For a host that is about to exit itself. */
export function killTree(pid: number): void {
    signal([pid, ...descendantsOf(pid)], "SIGKILL");
}

/** Ids of the processes below a process, those that run now. */
export function descendantsOf(pid: number): readonly number[] {
    const children = new Map<number, number[]>();
    for (const [child, parent] of parents()) {
        children.set(parent, [...(children.get(parent) ?? []), child]);
    }
    const found: number[] = [];
    const open = [pid];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const below = children.get(next) ?? [];
        found.push(...below);
        open.push(...below);
    }
    return found;
}

/** Every process and its parent. */
function parents(): readonly (readonly [child: number, parent: number])[] {
    return fs.existsSync("/proc/self/stat") ? parentsFromProc() : parentsFromPs();
}

function parentsFromProc(): readonly (readonly [number, number])[] {
    const found: [number, number][] = [];
    for (const entry of fs.readdirSync("/proc")) {
        if (!/^\d+$/.test(entry)) {
            continue;
        }
        try {
            const stat = fs.readFileSync(`/proc/${entry}/stat`, "utf8");
            // pid (name) state ppid ...; the name may hold spaces and parentheses.
            const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
            found.push([Number(entry), Number(fields[1])]);
        } catch {
            // It ended between the listing and the reading.
        }
    }
    return found;
}

function parentsFromPs(): readonly (readonly [number, number])[] {
    const listing = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    return listing
        .trim()
        .split("\n")
        .map((line) => {
            const [child, parent] = line.trim().split(/\s+/).map(Number);
            return [child ?? 0, parent ?? 0] as const;
        });
}

function signal(tree: readonly number[], name: NodeJS.Signals): void {
    for (const pid of tree) {
        try {
            process.kill(pid, name);
        } catch {
            // Gone already.
        }
    }
}
