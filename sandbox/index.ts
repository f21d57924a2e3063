import fs from "node:fs";
import path from "node:path";

import { sandboxEnvironment, stateFolder } from "./environment";
import { ApiServer } from "./world/api/server";
import { DynamoDbApi } from "./world/api/dynamodb";
import { Certificates } from "./world/certificates";
import { WorldClock } from "./world/clock";
import { ControlPlane } from "./world/controlPlane";
import { Faults } from "./world/faults";
import { checkPorts } from "./world/freePorts";
import { Inside } from "./world/inside/inside";
import { Journal } from "./world/journal";
import { LoadBalancers } from "./world/loadBalancers";
import { Metrics } from "./world/metrics";
import { defaultPorts, dnsAddress, Network, type NetworkPorts } from "./world/network";
import { loadAccount, Persistence } from "./world/persistence";
import { seededRandom } from "./world/random";
import { ProviderEndpoint } from "./world/server";
import { Store } from "./world/store";
import { Tables } from "./world/tables/tables";
import { Targets } from "./world/targets";
import { Tasks, type ImageSources } from "./world/tasks";
import type { Part, World } from "./world/world";

export { AddressError } from "./world/freePorts";
export type { ImageSource, ImageSources } from "./world/tasks";

export interface SandboxOptions {
    /** Folder for the account, the stacks' state, the authority, logs and bundles; made when missing. */
    readonly home: string;
    /** Twelve digits. */
    readonly accountId: string;
    /** What stands for container images, by repository name or URI. */
    readonly images: ImageSources;
    readonly ports?: Partial<NetworkPorts>;
    /** Most world seconds that may pass in one real second. @default the clock's own */
    readonly maxSpeed?: number;
    /** The same seed draws the same numbers. @default 1 */
    readonly seed?: number;
}

/** The rehearsal cloud, running. */
export class Sandbox {
    /** Started, in this order; they stop in the other. */
    readonly #parts: Part[] = [];
    #stopping: Promise<void> | undefined;

    private constructor(
        readonly world: World,
        readonly certificates: Certificates,
        readonly metrics: Metrics,
        readonly targets: Targets,
        readonly loadBalancers: LoadBalancers,
        readonly tasks: Tasks,
        readonly tables: Tables,
        readonly api: ApiServer,
        readonly provider: ProviderEndpoint,
    ) {}

    /**
     * Builds the world from what its home kept and starts every part of it.
     *
     * @throws AddressError when a port is taken, before anything starts
     */
    static async start(options: SandboxOptions): Promise<Sandbox> {
        const world = await openWorld(options);
        await checkPorts(world.network);

        const certificates = await Certificates.open(world.home);
        const inside = await Inside.prepare(world, certificates.caFile);
        const metrics = new Metrics(world.clock);
        const targets = new Targets();
        const tables = new Tables(world, { metrics });
        const sandbox = new Sandbox(
            world,
            certificates,
            metrics,
            targets,
            new LoadBalancers(world, { certificates, targets, metrics }),
            new Tasks(world, { targets, inside, images: options.images }),
            tables,
            new ApiServer(world, [new DynamoDbApi(tables)]),
            new ProviderEndpoint(world, new ControlPlane(world)),
        );
        try {
            await sandbox.#start([
                new Persistence(world),
                sandbox.tables,
                sandbox.api,
                sandbox.loadBalancers,
                sandbox.tasks,
                sandbox.provider,
            ]);
        } catch (error) {
            await sandbox.stop();
            throw error;
        }
        return sandbox;
    }

    get clock(): WorldClock {
        return this.world.clock;
    }

    get faults(): Faults {
        return this.world.faults;
    }

    get journal(): Journal {
        return this.world.journal;
    }

    get store(): Store {
        return this.world.store;
    }

    get network(): Network {
        return this.world.network;
    }

    /** Resolves once every load balancer listens and every service is steady; rejects when one cannot be. */
    async steady(): Promise<void> {
        await this.loadBalancers.settled();
        await this.tasks.allSteady();
    }

    /** Variables that attach `pulumi`, the AWS SDKs and the AWS CLI. */
    environment(): Readonly<Record<string, string>> {
        return sandboxEnvironment({
            home: this.world.home,
            cloudUrl: this.provider.url(),
            apiUrl: this.api.url,
            caFile: this.certificates.caFile,
            dns: `${dnsAddress}:${this.network.ports.dns}`,
        });
    }

    /** Stops every part and ends world time; again is the same. Rejects with the first part that could not stop. */
    stop(): Promise<void> {
        this.#stopping ??= this.#stop();
        return this.#stopping;
    }

    async #start(parts: readonly Part[]): Promise<void> {
        for (const part of parts) {
            this.#parts.push(part);
            await part.start();
        }
    }

    async #stop(): Promise<void> {
        let failure: unknown;
        for (const part of this.#parts.reverse()) {
            // The others have sockets and processes of their own to give back.
            await part.stop().catch((error: unknown) => (failure ??= error));
        }
        this.clock.stop();
        if (failure !== undefined) {
            throw failure as Error;
        }
    }
}

/** Starts the rehearsal cloud. See `Sandbox.start`. */
export function startSandbox(options: SandboxOptions): Promise<Sandbox> {
    return Sandbox.start(options);
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
