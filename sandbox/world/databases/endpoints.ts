import { arnOf } from "../../aws/rds/members";
import type { Certificates } from "../certificates";
import type { StoredResource } from "../store";
import type { World } from "../world";
import { DatabaseEndpoint, type EndpointOptions } from "./endpoint";

/** The endpoints of every cluster that runs. */
export class DatabaseEndpoints {
    readonly #endpoints = new Map<string, DatabaseEndpoint>();

    constructor(
        private readonly world: World,
        private readonly certificates: Certificates,
    ) {}

    /** Listens for a cluster from now on. */
    async open(cluster: StoredResource, server: EndpointOptions["server"]): Promise<void> {
        const { store, network } = this.world;
        const { type, region, id } = cluster;
        const endpoint = new DatabaseEndpoint(this.world, this.certificates, {
            address: network.databaseAddress(region, id),
            cluster: () => store.get(type, region, id) ?? cluster,
            server,
        });
        await endpoint.start();
        this.#endpoints.set(arnOf(cluster), endpoint);
    }

    /** Gives the names their addresses: the writer's name only where `writes` says so. */
    announce(writes: (cluster: StoredResource) => boolean): void {
        for (const endpoint of this.#endpoints.values()) {
            endpoint.announce(writes(endpoint.options.cluster()));
        }
    }

    /** Ends those of clusters that are not among these. */
    async keepOnly(clusters: readonly StoredResource[]): Promise<void> {
        const kept = new Set(clusters.map(arnOf));
        for (const [arn, endpoint] of this.#endpoints) {
            if (!kept.has(arn)) {
                this.#endpoints.delete(arn);
                await endpoint.stop();
            }
        }
    }
}
