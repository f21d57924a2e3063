import fs from "node:fs";
import path from "node:path";

import { prepareEnvironment } from "./environment";
import { findEngine, type EngineSource, type FindOptions } from "./findEngine";

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
    const home = path.resolve(options.home);
    // The real file: what lies beside a link is not what lies beside the CLI.
    const pulumi = fs.realpathSync(found.pulumi);
    const environment = await prepareEnvironment({
        pulumi,
        home,
        searchPath: options.searchPath ?? process.env["PATH"] ?? "",
        plugins: options.plugins ?? "standin",
        pluginEntry:
            options.pluginEntry ?? path.join(__dirname, "..", "aws", "provider", "main.ts"),
    });
    return { ...found, pulumi, root: rootOf(pulumi, home), environment };
}

/** The Automation API wants `<root>/bin/pulumi`; a CLI that is not in a `bin` is given one by a link. */
function rootOf(pulumi: string, home: string): string {
    const folder = path.dirname(pulumi);
    if (path.basename(folder) === "bin" && path.basename(pulumi) === "pulumi") {
        return path.dirname(folder);
    }
    const root = path.join(home, "engine", "root");
    const link = path.join(root, "bin", "pulumi");
    fs.mkdirSync(path.dirname(link), { recursive: true });
    const draft = `${link}.${process.pid}`;
    fs.rmSync(draft, { force: true });
    fs.symlinkSync(pulumi, draft);
    fs.renameSync(draft, link);
    return root;
}
