import path from "node:path";

import { build } from "esbuild";

import { dnsAddress } from "../network";
import type { World } from "../world";
import { machineNow, settingsVariable, type InsideSettings } from "./settings";

/**
 * What a program needs to run inside the world: the module to preload (`node -r`, or a worker's
 * `execArgv`) and the environment variable that tells it where it is.
 */
export class Inside {
    private constructor(
        private readonly world: World,
        private readonly caFile: string,
        /** Path of the module to preload. */
        readonly preload: string,
    ) {}

    /** Bundles the preload into the world's home: plain JavaScript that starts at once. */
    static async prepare(world: World, caFile: string): Promise<Inside> {
        const preload = path.join(world.home, "inside.js");
        await build({
            entryPoints: [path.join(__dirname, "preload.ts")],
            outfile: preload,
            bundle: true,
            platform: "node",
            target: "node20",
            logLevel: "silent",
        });
        return new Inside(world, caFile, preload);
    }

    /** World time minus the machine's, milliseconds. */
    get offsetMs(): number {
        return this.world.clock.now() - machineNow();
    }

    /** Variables to add for a function's worker, which is told the time with each invocation. */
    workerVariables(region: string): Readonly<Record<string, string>> {
        return this.#variables(region, {});
    }

    /** Variables to add for a task's process, which listens at `address` and has the world's time. */
    taskVariables(region: string, address: string): Readonly<Record<string, string>> {
        return this.#variables(region, { address, offsetMs: this.offsetMs });
    }

    #variables(
        region: string,
        more: Pick<InsideSettings, "address" | "offsetMs">,
    ): Readonly<Record<string, string>> {
        const { ports } = this.world.network;
        const settings: InsideSettings = {
            egress: this.world.network.egressAddress(region),
            ...more,
            dns: { address: dnsAddress, port: ports.dns },
            ports: { https: ports.https, http: ports.http },
            caFile: this.caFile,
        };
        return { [settingsVariable]: JSON.stringify(settings) };
    }
}
