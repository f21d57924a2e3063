import https from "node:https";
import { createRequire } from "node:module";

import type { PulumiCommand as Command } from "@pulumi/pulumi/automation";

type Automation = typeof import("@pulumi/pulumi/automation");
type InstallOptions = NonNullable<Parameters<(typeof Command)["install"]>[0]>;

const host = "get.pulumi.com";
const probeTimeoutMs = 3000;

/** The official installer, as far as the set-up needs it; tests give their own. */
export interface Installer {
    /** Whether its host answers at all. Never throws, and takes 3 s at most. */
    reachable(signal?: AbortSignal): Promise<boolean>;
    /** Installs the CLI at `<root>/bin/pulumi`. */
    install(version: string, root: string): Promise<void>;
}

export const officialInstaller: Installer = {
    reachable: (signal) =>
        new Promise((resolve) => {
            const request = https.request(
                { host, method: "HEAD", path: "/", timeout: probeTimeoutMs, signal },
                (response) => {
                    response.resume();
                    settle(true);
                },
            );
            // `timeout` is about silence on the socket; a name that does not resolve has no socket.
            const deadline = setTimeout(() => settle(false), probeTimeoutMs);
            function settle(reachable: boolean): void {
                clearTimeout(deadline);
                resolve(reachable);
                request.destroy();
            }
            request.on("error", () => settle(false));
            request.end();
        }),

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
