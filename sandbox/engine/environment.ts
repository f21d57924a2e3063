import path from "node:path";

import { bundleExecutable } from "./bundle";
import { isExecutable } from "./onPath";
import { versions } from "./compatibility";

export interface EnvironmentOptions {
    /** Absolute path of the CLI. */
    readonly pulumi: string;
    /** Folder for what the engine keeps. */
    readonly home: string;
    readonly searchPath: string;
    readonly plugins: "standin" | "none";
    /** The stand-in's TypeScript. */
    readonly pluginEntry: string;
}

/**
 * Puts in place what the CLI needs beside itself, and returns the environment that makes it find
 * that, on top of the caller's. Files that a running engine uses are replaced, never changed.
 */
export async function prepareEnvironment(
    options: EnvironmentOptions,
): Promise<Record<string, string>> {
    const pulumiHome = path.join(options.home, "pulumi");
    const [hostFolder] = await Promise.all([
        hasLanguageHost(options.pulumi)
            ? undefined
            : installLanguageHost(path.join(options.home, "engine", "bin")),
        options.plugins === "standin" ? installPlugin(options.pluginEntry, pulumiHome) : undefined,
    ]);
    return {
        PATH: [path.dirname(options.pulumi), hostFolder, options.searchPath]
            .filter((folder) => folder !== undefined && folder !== "")
            .join(path.delimiter),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // `tsc` checks the types; checking them again takes longer than the update itself.
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        ...(options.plugins === "standin"
            ? {
                  PULUMI_HOME: pulumiHome,
                  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
              }
            : {}),
    };
}

/** Pulumi's own releases bring a language host in the CLI's folder; one built from Go alone has none. */
function hasLanguageHost(pulumi: string): boolean {
    return isExecutable(path.join(path.dirname(pulumi), "pulumi-language-nodejs"));
}

async function installLanguageHost(folder: string): Promise<string> {
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
    return folder;
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
