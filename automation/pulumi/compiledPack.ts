import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { build } from "esbuild";

/** What the engine reads beside the program. */
const manifest = "PulumiPolicy.yaml";

/**
 * A policy pack as JavaScript in one file. `run-policy-pack` compiles TypeScript with ts-node whatever
 * the pack's own options say, and that takes longer than the pack's work, in every update.
 *
 * @param folder of a pack in TypeScript, whose `main` is in its package.json.
 * @returns a folder of the same pack, compiled, beside its dependencies; the same for the same
 *   sources. The pack's own folder when it cannot be compiled or kept: the engine then says what is
 *   wrong with it, or takes the time.
 */
export async function compiledPack(folder: string): Promise<string> {
    try {
        return await compile(await fs.realpath(folder));
    } catch {
        return folder;
    }
}

async function compile(folder: string): Promise<string> {
    const about = await fs.readFile(path.join(folder, "package.json"), "utf8");
    const { main, ...rest } = JSON.parse(about) as { name: string; main: string };
    const result = await build({
        entryPoints: { index: path.join(folder, main) },
        outdir: folder,
        absWorkingDir: folder,
        write: false,
        bundle: true,
        // One copy of the SDK: the one that starts the pack.
        packages: "external",
        platform: "node",
        format: "cjs",
        target: "node20",
        sourcemap: "inline",
        sourcesContent: false,
        logLevel: "silent",
    });
    const files = {
        [manifest]: await fs.readFile(path.join(folder, manifest), "utf8"),
        "package.json": JSON.stringify({ ...rest, main: "index.js" }),
        "index.js": result.outputFiles[0]?.text ?? "",
    };
    const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
    const target = path.join(packagesOf(folder), ".cache", "meridian-packs", digest);
    await writeOnce(target, files);
    return target;
}

/** The folder whose packages the pack uses. */
function packagesOf(folder: string): string {
    const file = createRequire(path.join(folder, "package.json")).resolve(
        "@pulumi/policy/package.json",
    );
    return path.join(path.dirname(file), "..", "..");
}

/** Whole or not at all: updates of several stacks start at once. */
async function writeOnce(target: string, files: Readonly<Record<string, string>>): Promise<void> {
    const partial = `${target}.${randomBytes(6).toString("hex")}`;
    try {
        await fs.access(target);
    } catch {
        await fs.mkdir(partial, { recursive: true });
        for (const [name, text] of Object.entries(files)) {
            await fs.writeFile(path.join(partial, name), text);
        }
        await fs.rename(partial, target).catch(async (error: unknown) => {
            await fs.rm(partial, { recursive: true });
            // Another one was first.
            await fs.access(target).catch(() => {
                throw error;
            });
        });
    }
}
