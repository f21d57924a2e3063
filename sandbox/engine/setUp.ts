import fs from "node:fs";
import path from "node:path";

import { bundleExecutable } from "./bundle";
import { isExecutable } from "./onPath";
import { replaceWith } from "./staging";
import { versions } from "./compatibility";

export interface SetupOptions {
    /** Absolute path of the CLI that was found, no link. */
    readonly pulumi: string;
    /** Folder for what the engine keeps. */
    readonly home: string;
    readonly searchPath: string;
    readonly plugins: "standin" | "none";
    /** The stand-in's TypeScript. */
    readonly pluginEntry: string;
}

/** A CLI with what it needs beside it. */
export interface Setup {
    /** The CLI to start: the one that was found, or the same file in a folder of ours. */
    readonly pulumi: string;
    /** Folder whose `bin/pulumi` it is. */
    readonly root: string;
    /** On top of the caller's environment. */
    readonly environment: Readonly<Record<string, string>>;
}

/** Puts in place what the CLI needs. Files that a running engine uses are replaced, never changed. */
export async function setUp(options: SetupOptions): Promise<Setup> {
    const pulumiHome = path.join(options.home, "pulumi");
    const [pulumi] = await Promise.all([
        besideLanguageHost(options.pulumi, path.join(options.home, "engine", "bin")),
        ...(options.plugins === "standin"
            ? [installPlugin(options.pluginEntry, pulumiHome), refuseLogs(pulumiHome)]
            : []),
    ]);
    const folder = path.dirname(pulumi);
    return {
        pulumi,
        root: path.dirname(folder),
        environment: {
            PATH: [folder, options.searchPath].filter((entry) => entry !== "").join(path.delimiter),
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // `tsc` checks the types; checking them again takes longer than the update itself.
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
            ...(options.plugins === "standin"
                ? {
                      PULUMI_HOME: pulumiHome,
                      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
                  }
                : {}),
        },
    };
}

/**
 * Returns a CLI that has a language host in its own folder, where the engine looks without a
 * warning, and that is in a folder named `bin`, as the Automation API wants it. Pulumi's releases
 * are like that. A CLI that was built from Go alone has no language host: it is linked into a folder
 * of ours, beside ours.
 */
async function besideLanguageHost(pulumi: string, folder: string): Promise<string> {
    const linked = path.join(folder, "pulumi");
    const hasOwn =
        // On PATH it may be the one linked before, with the language host of then.
        pulumi !== linked &&
        isExecutable(path.join(path.dirname(pulumi), "pulumi-language-nodejs"));
    if (hasOwn && pulumi.endsWith(path.join("bin", "pulumi"))) {
        return pulumi;
    }
    if (hasOwn) {
        // Beside a symbolic link the engine does not look: it looks beside what the link leads to.
        replaceWith(linked, (draft) => fs.symlinkSync(pulumi, draft));
        return linked;
    }
    await Promise.all([
        bundleExecutable({
            entry: path.join(__dirname, "languageHost", "main.ts"),
            file: path.join(folder, "pulumi-language-nodejs"),
        }),
        bundleExecutable({
            entry: path.join(__dirname, "languageHost", "dynamicProvider.ts"),
            file: path.join(folder, "pulumi-resource-pulumi-nodejs"),
        }),
    ]);
    if (!sameFile(pulumi, linked)) {
        replaceWith(linked, (draft) => linkOrCopy(pulumi, draft));
    }
    return linked;
}

function sameFile(original: string, copy: string): boolean {
    const [a, b] = [original, copy].map((file) => fs.statSync(file, { throwIfNoEntry: false }));
    return (
        a !== undefined &&
        b !== undefined &&
        a.size === b.size &&
        Math.trunc(a.mtimeMs) === Math.trunc(b.mtimeMs)
    );
}

function linkOrCopy(from: string, to: string): void {
    try {
        fs.linkSync(from, to);
    } catch {
        // Another file system, or one without links.
        fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
        const { atime, mtime } = fs.statSync(from);
        fs.utimesSync(to, atime, mtime);
    }
}

/**
 * Installs the stand-in where the engine looks for the plugin of the SDK's version. An executable in
 * the plugin folder is all the engine asks for; a plugin on PATH would make it warn on every run.
 */
async function installPlugin(entry: string, pulumiHome: string): Promise<void> {
    await bundleExecutable({
        entry,
        file: path.join(
            pulumiHome,
            "plugins",
            `resource-aws-v${versions.aws}`,
            "pulumi-resource-aws",
        ),
        inject: [path.join(__dirname, "pluginGuard.ts")],
    });
}

/**
 * Keeps the engine from logging every message of every run, ten compressed megabytes for one preview
 * and half of its own time. It has no switch; it goes without where there can be no folder for logs
 * (`pkg/logging/encrypted.go`, `StartLogging`). `-v` and `--logtostderr` work as ever.
 */
async function refuseLogs(pulumiHome: string): Promise<void> {
    const logs = path.join(pulumiHome, "logs");
    const write = (): Promise<void> => fs.promises.writeFile(logs, "", { flag: "a" });
    await fs.promises.mkdir(pulumiHome, { recursive: true });
    await write().catch(async () => {
        // A home from before has the folder.
        await fs.promises.rm(logs, { recursive: true, force: true });
        await write();
    });
}
