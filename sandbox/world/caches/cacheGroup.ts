import type { Certificates } from "../certificates";
import type { StoredResource } from "../store";
import type { World } from "../world";
import type { Cluster } from "./commands";
import { groupDefinition, newSession } from "./definition";
import { HitCounts } from "./hitCounts";
import { Keyspace, type Write } from "./keyspace";
import { CacheListener } from "./listener";

/** One replication group: what it holds, what it is in its datastore, and where it listens. */
export class CacheGroup implements Cluster {
    readonly keyspace: Keyspace;
    readonly counts = new HitCounts();
    readonly region: string;
    role: Cluster["role"] = "primary";
    readonly #listener: CacheListener;

    constructor(
        private readonly world: World,
        certificates: Certificates,
        /** As the account has it; replaced when it changes. */
        public resource: StoredResource,
        private readonly onWrite: (write: Write) => void,
    ) {
        const definition = groupDefinition(resource);
        this.region = resource.region;
        this.keyspace = new Keyspace(() => world.clock.now());
        const names = [definition.primaryEndpointAddress, definition.readerEndpointAddress];
        this.#listener = new CacheListener(world, certificates, {
            region: resource.region,
            address: world.network.cacheAddress(resource.region, resource.id),
            names,
            encrypted: definition.transitEncryptionEnabled,
            cluster: this,
            session: () => newSession(world.store, this.resource, () => world.clock.now()),
        });
    }

    get engineVersion(): string {
        return groupDefinition(this.resource).engineVersion;
    }

    nowMs(): number {
        return this.world.clock.now();
    }

    write(write: Write): void {
        this.keyspace.apply(write);
        this.onWrite(write);
    }

    looked(found: boolean): void {
        this.counts.add(found, this.world.clock.now());
    }

    /** Its nodes were switched off and on: nobody is connected any more. */
    restarted(): void {
        this.#listener.disconnect();
    }

    async start(): Promise<void> {
        await this.#listener.start();
        this.#register([this.#listener.options.address]);
    }

    async stop(): Promise<void> {
        this.#register([]);
        await this.#listener.stop();
        this.world.network.releaseAddress(this.#listener.options.address);
    }

    #register(addresses: readonly string[]): void {
        this.#listener.options.names.forEach((name) =>
            this.world.network.register(name, addresses),
        );
    }
}
