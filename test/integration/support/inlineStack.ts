import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import {
    LocalWorkspace,
    PulumiCommand,
    type PulumiFn,
    type Stack,
} from "@pulumi/pulumi/automation";
import { buildSync } from "esbuild";

import { ControlPlane, type ControlPlaneOptions } from "../../../sandbox/world/controlPlane";
import { ProviderEndpoint } from "../../../sandbox/world/server";
import type { World } from "../../../sandbox/world/world";

/** A real engine over a world's control planes, for programs written in the test itself. */
export interface InlineEngine {
    /** A stack of its own project, on a file backend; aws:region and further config are set. */
    stack(name: string, region: string, config?: Readonly<Record<string, string>>): Promise<Stack>;
    stop(): Promise<void>;
}

/** @param engineRoot folder with `bin/pulumi` */
export async function inlineEngine(
    world: World,
    engineRoot: string,
    options: ControlPlaneOptions = {},
): Promise<InlineEngine> {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "inline-engine-"));
    installPlugin(path.join(home, "pulumi", "plugins", "resource-aws-v7.48.0"));
    const state = path.join(home, "state");
    fs.mkdirSync(state);
    const endpoint = new ProviderEndpoint(world, new ControlPlane(world, options));
    await endpoint.start();
    const pulumiCommand = await PulumiCommand.get({ root: engineRoot });
    return {
        stack: async (name, region, config = {}) => {
            const stack = await LocalWorkspace.createOrSelectStack(
                { stackName: name, projectName: "test", program: async () => undefined },
                {
                    pulumiCommand,
                    pulumiHome: path.join(home, "pulumi"),
                    envVars: {
                        PULUMI_BACKEND_URL: `file://${state}`,
                        PULUMI_CONFIG_PASSPHRASE: "test",
                        PULUMI_SKIP_UPDATE_CHECK: "true",
                        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
                        REHEARSAL_CLOUD_URL: endpoint.url(),
                    },
                },
            );
            await stack.setConfig("aws:region", { value: region });
            for (const [key, value] of Object.entries(config)) {
                await stack.setConfig(key, { value });
            }
            return stack;
        },
        stop: async () => {
            await endpoint.stop();
            fs.rmSync(home, { recursive: true, force: true });
        },
    };
}

/** Replaces the program that the stack runs next. */
export function runs(stack: Stack, program: PulumiFn): Stack {
    stack.workspace.program = program;
    return stack;
}

function installPlugin(folder: string): void {
    fs.mkdirSync(folder, { recursive: true });
    const bundle = path.join(folder, "main.js");
    buildSync({
        entryPoints: [path.join(__dirname, "../../../sandbox/aws/provider/main.ts")],
        bundle: true,
        platform: "node",
        outfile: bundle,
        logLevel: "error",
    });
    const executable = path.join(folder, "pulumi-resource-aws");
    fs.writeFileSync(executable, `#!/bin/sh\nexec "${process.execPath}" "${bundle}" "$@"\n`);
    fs.chmodSync(executable, 0o755);
}
