import fs from "node:fs/promises";

/** Samples the memory of this process and everything it started, until stopped. Linux only. */
export class MemoryWatch {
    #peakKiB = 0;
    #stopped = false;
    #timer: NodeJS.Timeout | undefined;

    /** @param periodMs between two samples. */
    constructor(private readonly periodMs: number = 1000) {}

    start(): void {
        const sample = async (): Promise<void> => {
            this.#peakKiB = Math.max(this.#peakKiB, await treeMemoryKiB(process.pid));
            if (!this.#stopped) {
                this.#timer = setTimeout(() => void sample(), this.periodMs);
            }
        };
        void sample();
    }

    /** Most that was in use at once, MiB; undefined where it cannot be read. */
    stop(): number | undefined {
        this.#stopped = true;
        clearTimeout(this.#timer);
        return this.#peakKiB === 0 ? undefined : this.#peakKiB / 1024;
    }
}

/**
 * Memory of a process and its descendants in KiB, each shared page counted once: the proportional
 * set size (https://docs.kernel.org/filesystems/proc.html). 0 where there is no /proc.
 */
export async function treeMemoryKiB(root: number): Promise<number> {
    const parents = await parentsByPid();
    const tree = new Set([root]);
    for (let grown = true; grown;) {
        grown = false;
        for (const [pid, parent] of parents) {
            if (tree.has(parent) && !tree.has(pid)) {
                tree.add(pid);
                grown = true;
            }
        }
    }
    const sizes = await Promise.all([...tree].map(proportionalKiB));
    return sizes.reduce((sum, size) => sum + size, 0);
}

async function parentsByPid(): Promise<ReadonlyMap<number, number>> {
    const entries = await fs.readdir("/proc").catch(() => []);
    const parents = new Map<number, number>();
    await Promise.all(
        entries
            .filter((entry) => /^\d+$/.test(entry))
            .map(async (entry) => {
                const stat = await fs.readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
                // The command in parentheses may hold spaces; the fields after it do not.
                const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
                if (parent !== undefined) {
                    parents.set(Number(entry), Number(parent));
                }
            }),
    );
    return parents;
}

async function proportionalKiB(pid: number): Promise<number> {
    const text = await fs.readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
    return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
}
