import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { buildSync, version, type BuildOptions } from "esbuild";

/** Bundles by the name of their entry point. */
export type Bundles = Readonly<Record<string, string>>;

/** What was made, and what of. */
interface Kept {
    /** Digest of esbuild's version and its options. */
    readonly made: string;
    /** Digest of every file that went in, by its path from `absWorkingDir`. */
    readonly inputs: Readonly<Record<string, string>>;
    readonly bundles: Bundles;
}

/**
 * Bundles by esbuild, or takes what it made of the same files before: starting esbuild is a tenth of
 * an update's program. A bundle is made anew when one of the files in it, or `tsconfig.json`, is
 * another, and when a file cannot be kept.
 *
 * @param file keeps them, for everybody who uses this checkout.
 */
export function keptBundle(
    file: string,
    options: BuildOptions & { readonly absWorkingDir: string },
): Bundles {
    const root = options.absWorkingDir;
    const made = digestOf(JSON.stringify([version, options]));
    const kept = read(file);
    if (kept?.made === made && isCurrent(kept, root)) {
        return kept.bundles;
    }
    const { outputFiles, metafile } = buildSync({ ...options, write: false, metafile: true });
    const bundles = Object.fromEntries(
        outputFiles.map(({ path: name, text }) => [path.basename(name, ".js"), text]),
    );
    const inputs = digests(root, [...Object.keys(metafile.inputs), "tsconfig.json"]);
    write(file, { made, inputs, bundles });
    return bundles;
}

function digests(root: string, files: readonly string[]): Readonly<Record<string, string>> {
    return Object.fromEntries(files.map((file) => [file, fileDigest(path.join(root, file))]));
}

/** Empty for a file that is not there. */
function fileDigest(file: string): string {
    return fs.existsSync(file) ? digestOf(fs.readFileSync(file)) : "";
}

function digestOf(content: string | Buffer): string {
    return createHash("sha256").update(content).digest("hex");
}

function isCurrent({ inputs }: Kept, root: string): boolean {
    return Object.entries(inputs).every(
        ([file, digest]) => fileDigest(path.join(root, file)) === digest,
    );
}

function read(file: string): Kept | undefined {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")) as Kept;
    } catch {
        return undefined;
    }
}

/** Whole or not at all: updates of several stacks start at once. */
function write(file: string, kept: Kept): void {
    try {
        fs.mkdirSync(path.dirname(file), { recursive: true });
    } catch {
        // A read-only checkout bundles every time.
        return;
    }
    const partial = `${file}.${process.pid}`;
    try {
        fs.writeFileSync(partial, JSON.stringify(kept));
        fs.renameSync(partial, file);
    } catch {
        fs.rmSync(partial, { force: true });
    }
}
