import fs from "node:fs";
import path from "node:path";

import { build } from "esbuild";

import { EngineError } from "./engineError";
import { replaceFile } from "./staging";

export interface BundleOptions {
    /** TypeScript file to start with. */
    readonly entry: string;
    /** Executable to write. */
    readonly file: string;
    /** Modules that run before the entry. */
    readonly inject?: readonly string[];
}

/**
 * Bundles a TypeScript program into one executable file that starts fast: one file to read, and no
 * compiler. It starts with the Node that runs us, whatever is on PATH when the engine starts it.
 */
export async function bundleExecutable(options: BundleOptions): Promise<void> {
    if (!fs.existsSync(options.entry)) {
        throw new EngineError(`cannot bundle ${options.entry}: no such file`);
    }
    const result = await build({
        entryPoints: [options.entry],
        bundle: true,
        write: false,
        platform: "node",
        target: "node20",
        format: "cjs",
        minify: true,
        keepNames: false,
        legalComments: "none",
        logLevel: "silent",
        inject: [...(options.inject ?? [])],
        absWorkingDir: path.dirname(options.entry),
    });
    const script = result.outputFiles[0]?.text;
    if (script === undefined) {
        throw new EngineError(`cannot bundle ${options.entry}: esbuild gave no output`);
    }
    replaceFile(options.file, launcher() + script, 0o755);
}

/**
 * The file is a shell script and a JavaScript program at once: the shell runs the second line and is
 * gone; to JavaScript it is a string and a comment. A `#!` line with the path of Node would break on
 * a path with a space in it, or a long one.
 */
function launcher(): string {
    const node = process.execPath.replaceAll("'", "'\\''");
    return `#!/bin/sh\n":" //; exec '${node}' "$0" "$@"\n`;
}
