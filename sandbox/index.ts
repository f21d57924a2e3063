import fs from "node:fs";
import path from "node:path";

import { hostedZoneResource, type HostedZone } from "./aws/route53/hostedZones";
import { stateFolder } from "./environment";
import { makeParts, type PartsOptions } from "./parts";
import { Sandbox } from "./sandbox";
import { WorldClock } from "./world/clock";
import { Faults } from "./world/faults";
import { checkPorts } from "./world/freePorts";
import { Journal } from "./world/journal";
import { defaultPorts, Network, type NetworkPorts } from "./world/network";
import { loadAccount } from "./world/persistence";
import { seededRandom } from "./world/random";
import { Store } from "./world/store";
import type { World } from "./world/world";

export type { Sandbox } from "./sandbox";
export { AddressError } from "./world/freePorts";
export type { ImageSource, ImageSources } from "./world/tasks";

export interface SandboxOptions extends PartsOptions {
    /** Folder for the account, the stacks' state, the authority, logs and bundles; made when missing. */
    readonly home: string;
    /** Twelve digits. */
    readonly accountId: string;
    /** Hosted zones that exist before any stack does. */
    readonly hostedZones: readonly HostedZone[];
    readonly ports?: Partial<NetworkPorts>;
    /** Most world seconds that may pass in one real second. @default the clock's own */
    readonly maxSpeed?: number;
    /** The same seed draws the same numbers. @default 1 */
    readonly seed?: number;
}

/**
 * Builds the rehearsal cloud from what its home kept and starts every part of it.
 *
 * @throws AddressError when a port is taken, before anything starts
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
    const world = await openWorld(options);
    try {
        await checkPorts(world.network);
        for (const zone of options.hostedZones) {
            world.store.put(hostedZoneResource(zone));
        }
        return await Sandbox.start(world, await makeParts(world, options));
    } catch (error) {
        world.clock.stop();
        throw error;
    }
}

async function openWorld(options: SandboxOptions): Promise<World> {
    if (!/^\d{12}$/.test(options.accountId)) {
        throw new RangeError(`accountId must be twelve digits, got ${options.accountId}`);
    }
    const home = path.resolve(options.home);
    await fs.promises.mkdir(stateFolder(home), { recursive: true });
    const clock = new WorldClock(
        options.maxSpeed === undefined ? {} : { maxSpeed: options.maxSpeed },
    );
    const faults = new Faults();
    return {
        accountId: options.accountId,
        home,
        clock,
        faults,
        journal: new Journal(),
        store: new Store(loadAccount(home)),
        network: new Network(clock, faults, { ...defaultPorts, ...options.ports }),
        random: seededRandom(options.seed ?? 1),
    };
}
