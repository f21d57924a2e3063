import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { EngineError } from "./engineError";
import { buildWithGo } from "./goBuild";
import { officialInstaller, type Installer } from "./installer";
import { withLock } from "./lock";
import { executablesOnPath, isExecutable } from "./onPath";
import { lastLines, run } from "./processes";
import { inStaging } from "./staging";
import { clean, compatibilityOf, versions } from "./compatibility";

/** Where an engine came from, in the order they are tried. */
export type EngineSource = "path" | "cache" | "installer" | "build";

export interface FoundEngine {
    /** Absolute path of the CLI. */
    readonly pulumi: string;
    readonly version: string;
    readonly source: EngineSource;
}

export interface FindOptions {
    readonly onProgress: (line: string) => void;
    /** Folders to look in. @default the environment's PATH */
    readonly searchPath?: string;
    /** Folder that holds one folder per version. @default `meridian/engine` in the user's cache folder */
    readonly cacheFolder?: string;
    /** Go's command. @default `go` on the search path, then in /usr/local/go/bin */
    readonly goBinary?: string;
    /** @default the one at get.pulumi.com */
    readonly installer?: Installer;
    /** Seconds that the installer may take. @default 300 */
    readonly installerSeconds?: number;
    readonly signal?: AbortSignal;
}

/**
 * Finds the Pulumi CLI, or gets it: a compatible one on PATH, our own cache, the official
 * installer, a build from the Go module. What is got is kept in the cache.
 *
 * @throws EngineError when there is no way to get one; it names the ways
 */
export async function findEngine(options: FindOptions): Promise<FoundEngine> {
    const refused: string[] = [];
    const searchPath = options.searchPath ?? process.env["PATH"] ?? "";
    for (const pulumi of executablesOnPath("pulumi", searchPath)) {
        const looked = await look(pulumi);
        if (looked.version !== undefined) {
            return { pulumi, version: looked.version, source: "path" };
        }
        refused.push(looked.problem);
        options.onProgress(`not used: ${looked.problem}`);
    }

    const cache = options.cacheFolder ?? defaultCacheFolder();
    const target = path.join(cache, `v${versions.cli}`);
    const kept = await fromCache(target, "cache");
    if (kept !== undefined) {
        return kept;
    }
    return withLock(
        path.join(cache, "lock"),
        async () => {
            const made = await fromCache(target, "cache");
            return made ?? (await get(target, searchPath, refused, options));
        },
        {
            ...(options.signal === undefined ? {} : { signal: options.signal }),
            onWaiting: (holder) =>
                options.onProgress(`waiting: ${holder} is setting up pulumi ${versions.cli}`),
        },
    );
}

export function defaultCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
    const folder = environment["XDG_CACHE_HOME"];
    // A relative path is to be ignored (https://specifications.freedesktop.org/basedir-spec/latest/).
    const base =
        folder !== undefined && path.isAbsolute(folder)
            ? folder
            : path.join(os.homedir(), ".cache");
    return path.join(base, "meridian", "engine");
}

async function get(
    target: string,
    searchPath: string,
    refused: readonly string[],
    options: FindOptions,
): Promise<FoundEngine> {
    const problems = [...refused];
    const installer = options.installer ?? officialInstaller;
    if (await installer.reachable(options.signal)) {
        options.onProgress(`pulumi ${versions.cli}: running the official installer`);
        try {
            await inStaging(target, async (folder) => {
                await unlessLate(installer.install(versions.cli, folder), options);
                await proveStaged(folder);
            });
            return expectCached(target, "installer");
        } catch (error) {
            options.signal?.throwIfAborted();
            problems.push(`the official installer failed: ${messageOf(error)}`);
            options.onProgress(`not used: ${problems.at(-1)}`);
        }
    } else {
        problems.push("the official installer cannot be reached (https://get.pulumi.com)");
    }

    options.signal?.throwIfAborted();
    const go = options.goBinary ?? findGo(searchPath);
    if (go === undefined) {
        problems.push("Go is not installed, so it cannot be built");
    } else {
        try {
            await inStaging(target, async (folder) => {
                await buildWithGo({
                    version: versions.cli,
                    go,
                    folder,
                    onProgress: options.onProgress,
                    ...(options.signal === undefined ? {} : { signal: options.signal }),
                });
                await proveStaged(folder);
            });
            return expectCached(target, "build");
        } catch (error) {
            options.signal?.throwIfAborted();
            problems.push(messageOf(error));
        }
    }
    throw new EngineError(
        [
            "no Pulumi CLI to run the updates with:",
            ...problems.map((problem) => `  - ${problem}`),
            "one of these gives you one:",
            `  - install Pulumi ${versions.minimumCli} or later and put it on PATH: https://www.pulumi.com/docs/install/`,
            "  - allow access to https://get.pulumi.com and run this again",
            "  - install Go 1.25 or later (https://go.dev/dl/) and run this again: it is built from its Go module, in five to ten minutes on two cores",
            `  - put a pulumi ${versions.cli} at ${path.join(target, "bin", "pulumi")}`,
        ].join("\n"),
    );
}

/** The installer cannot be told to stop; it ends with this process at the latest. */
async function unlessLate(install: Promise<void>, options: FindOptions): Promise<void> {
    const seconds = options.installerSeconds ?? 300;
    const over = new AbortController();
    const late = sleep(seconds * 1000, undefined, {
        signal: AbortSignal.any([over.signal, ...(options.signal ? [options.signal] : [])]),
    }).then(() => Promise.reject(new EngineError(`it was not done after ${seconds} s`)));
    try {
        await Promise.race([install, late]);
    } finally {
        over.abort();
        await late.catch(() => undefined);
    }
}

async function fromCache(target: string, source: EngineSource): Promise<FoundEngine | undefined> {
    const pulumi = path.join(target, "bin", "pulumi");
    if (!isExecutable(pulumi)) {
        return undefined;
    }
    const { version } = await look(pulumi);
    return version === undefined ? undefined : { pulumi, version, source };
}

async function expectCached(target: string, source: EngineSource): Promise<FoundEngine> {
    const found = await fromCache(target, source);
    if (found === undefined) {
        throw new EngineError(`${target} was just made and is gone; run this again`);
    }
    return found;
}

/** A CLI enters the cache only after it has run once. */
async function proveStaged(folder: string): Promise<void> {
    const pulumi = path.join(folder, "bin", "pulumi");
    if (!isExecutable(pulumi)) {
        throw new EngineError(`no executable at bin/pulumi; ${fs.readdirSync(folder).join(", ")}`);
    }
    const looked = await look(pulumi);
    if (looked.version === undefined) {
        throw new EngineError(looked.problem);
    }
}

type Look =
    | { readonly version: string; readonly problem?: undefined }
    | { readonly version?: undefined; readonly problem: string };

/** Asks a CLI for its version. One that does not answer soon is no CLI we want, such as a wrapper that downloads. */
async function look(pulumi: string): Promise<Look> {
    try {
        const completed = await run(pulumi, ["version"], {
            environment: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
            timeoutMs: 15_000,
        });
        if (completed.status !== 0) {
            return {
                problem: `${pulumi} does not run: ${lastLines(completed, 3) || `status ${completed.status ?? "none, it was stopped after 15 s"}`}`,
            };
        }
        const compatibility = compatibilityOf(completed.stdout);
        return compatibility.compatible
            ? { version: clean(completed.stdout) }
            : { problem: `${pulumi}: ${compatibility.reason}` };
    } catch (error) {
        return { problem: `${pulumi} does not run: ${messageOf(error)}` };
    }
}

function findGo(searchPath: string): string | undefined {
    return executablesOnPath("go", [searchPath, "/usr/local/go/bin"].join(path.delimiter))[0];
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
