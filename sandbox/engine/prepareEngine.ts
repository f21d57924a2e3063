import fs from "node:fs";
import path from "node:path";

import { findEngine, type EngineSource, type FindOptions } from "./findEngine";
import { setUp } from "./setUp";

/** A Pulumi CLI that is ready to run the program. */
export interface Engine {
    /** Absolute path of the CLI. */
    readonly pulumi: string;
    /** Folder whose `bin/pulumi` it is, for the Automation API's `PulumiCommand`. */
    readonly root: string;
    readonly version: string;
    readonly source: EngineSource;
    /** What the CLI needs in its environment, on top of the caller's. */
    readonly environment: Readonly<Record<string, string>>;
}

export interface PrepareOptions extends FindOptions {
    /** Folder for what the engine keeps: plugins, the language host. Made if missing. */
    readonly home: string;
    /**
     * `standin` gives the CLI a home of its own with the rehearsal cloud's provider in it; `none`
     * leaves the user's own, for work on AWS.
     *
     * @default standin
     */
    readonly plugins?: "standin" | "none";
    /** TypeScript of the provider to install. @default the rehearsal cloud's */
    readonly pluginEntry?: string;
}

/**
 * Finds or gets the Pulumi CLI and puts beside it what it needs. Safe to call from several
 * processes at once, and to kill at any point.
 *
 * @throws EngineError when there is no way to get a CLI
 */
export async function prepareEngine(options: PrepareOptions): Promise<Engine> {
    const found = await findEngine(options);
    const setup = await setUp({
        // The real file: what lies beside a link is not what lies beside the CLI.
        pulumi: fs.realpathSync(found.pulumi),
        home: path.resolve(options.home),
        searchPath: options.searchPath ?? process.env["PATH"] ?? "",
        plugins: options.plugins ?? "standin",
        pluginEntry:
            options.pluginEntry ?? path.join(__dirname, "..", "aws", "provider", "main.ts"),
    });
    return { ...found, ...setup };
}
