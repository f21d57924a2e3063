import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";

import type { PulumiCommand as Command } from "@pulumi/pulumi/automation";

type Automation = typeof import("@pulumi/pulumi/automation");
type InstallOptions = NonNullable<Parameters<(typeof Command)["install"]>[0]>;

/** What the Automation API downloads first. */
const script = "https://get.pulumi.com/install.sh";
const probeTimeoutMs = 3000;

/** The official installer, as far as the set-up needs it; tests give their own. */
export interface Installer {
    /** Whether its host gives it out. Never throws, and takes 3 s at most. */
    reachable(signal?: AbortSignal): Promise<boolean>;
    /** Installs the CLI at `<root>/bin/pulumi`. */
    install(version: string, root: string): Promise<void>;
}

export const officialInstaller: Installer = {
    reachable: (signal) => isThere(script, probeTimeoutMs, signal),

    async install(version, root) {
        // Half a second to load, needed here only.
        const load = createRequire(__filename);
        const { PulumiCommand } = load("@pulumi/pulumi/automation") as Automation;
        // The class has to be the one that the SDK compares with.
        const { SemVer } = createRequire(load.resolve("@pulumi/pulumi/automation"))("semver") as {
            SemVer: new (version: string) => NonNullable<InstallOptions["version"]>;
        };
        await PulumiCommand.install({ version: new SemVer(version), root });
    },
};

/**
 * Whether a file can be had from the web: its server says so within the time. One that refuses, as
 * an egress filter does, is as good as none. Never rejects.
 */
export function isThere(
    url: string,
    timeoutMs: number,
    signal: AbortSignal | undefined,
): Promise<boolean> {
    return new Promise((resolve) => {
        const { request: start } = url.startsWith("https:") ? https : http;
        const request = start(url, { method: "HEAD", signal }, (response) => {
            response.resume();
            settle((response.statusCode ?? 500) < 400);
        });
        // For all of it, as a name that does not resolve has no socket that could be silent.
        const deadline = setTimeout(() => settle(false), timeoutMs);
        function settle(there: boolean): void {
            clearTimeout(deadline);
            resolve(there);
            request.destroy();
        }
        request.on("error", () => settle(false));
        request.end();
    });
}
