import fs from "node:fs";

/**
 * The engine keeps a pipe to the stdin of each plugin it starts and never writes to it. When the
 * engine dies without a word (SIGKILL) that pipe ends, and the plugin must not outlive it.
 */
export function whenEngineIsGone(act: () => void): void {
    let piped = false;
    try {
        const stdin = fs.fstatSync(0);
        piped = stdin.isFIFO() || stdin.isSocket();
    } catch {
        // No stdin at all: somebody else started us, and nothing can be told from it.
    }
    if (piped) {
        process.stdin.on("end", act).on("error", act).resume();
        process.stdin.unref?.();
    }
}
