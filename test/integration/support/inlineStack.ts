import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import {
    LocalWorkspace,
    PulumiCommand,
    type PulumiFn,
    type Stack,
} from "@pulumi/pulumi/automation";

import { prepareEngine } from "../../../sandbox/engine";
import { ControlPlane, type ControlPlaneOptions } from "../../../sandbox/world/controlPlane";
import { ProviderEndpoint } from "../../../sandbox/world/server";
import type { World } from "../../../sandbox/world/world";

/** A real engine over a world's control planes, for programs written in the test itself. */
export interface InlineEngine {
    /** A stack on a file backend, with `aws:region` and the further configuration set. */
    stack(name: string, region: string, config?: Readonly<Record<string, string>>): Promise<Stack>;
    stop(): Promise<void>;
}

export async function inlineEngine(
    world: World,
    options: ControlPlaneOptions = {},
): Promise<InlineEngine> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "inline-engine-"));
    const engine = await prepareEngine({ home: path.join(folder, "home"), onProgress: () => {} });
    const state = path.join(folder, "state");
    fs.mkdirSync(state);
    const endpoint = new ProviderEndpoint(world, new ControlPlane(world, options));
    await endpoint.start();
    const pulumiCommand = await PulumiCommand.get({ root: engine.root });
    return {
        stack: async (name, region, config = {}) => {
            const stack = await LocalWorkspace.createOrSelectStack(
                { stackName: name, projectName: "test", program: async () => undefined },
                {
                    pulumiCommand,
                    envVars: {
                        ...engine.environment,
                        PULUMI_BACKEND_URL: `file://${state}`,
                        PULUMI_CONFIG_PASSPHRASE: "test",
                        REHEARSAL_CLOUD_URL: endpoint.url(),
                    },
                },
            );
            const entries = Object.entries({ "aws:region": region, ...config });
            await stack.setAllConfig(
                Object.fromEntries(entries.map(([key, value]) => [key, { value }])),
            );
            return stack;
        },
        stop: async () => {
            await endpoint.stop();
            fs.rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** Replaces the program that the stack runs next. */
export function runs(stack: Stack, program: PulumiFn): Stack {
    stack.workspace.program = program;
    return stack;
}
