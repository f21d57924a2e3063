import { tokens as acceleratorTokens } from "./aws/globalaccelerator/tokens";
import { sandboxEnvironment } from "./environment";
import { startOrder, type Parts } from "./parts";
import type { Alarms } from "./world/alarms/alarms";
import type { Buckets } from "./world/buckets/buckets";
import type { Replicator } from "./world/buckets/replication/replicator";
import type { Caches } from "./world/caches/caches";
import type { WorldClock } from "./world/clock";
import type { Databases } from "./world/databases/databases";
import type { FailedDelivery } from "./world/deliveries";
import type { DnsServer } from "./world/dns";
import type { Edges } from "./world/edge/edges";
import type { EventSources } from "./world/eventSources/eventSources";
import { streamFlows, type StreamFlow } from "./world/eventSources/streamFlow";
import type { Faults } from "./world/faults";
import type { HealthCheckers } from "./world/healthChecks";
import type { Journal } from "./world/journal";
import { dnsAddress, type Network } from "./world/network";
import type { Store } from "./world/store";
import type { Metrics } from "./world/metrics";
import type { Queues } from "./world/queues/queues";
import type { Secrets } from "./world/secrets/secrets";
import type { Streams } from "./world/streams/streams";
import type { Tables } from "./world/tables/tables";
import type { Tasks } from "./world/tasks";
import type { Topics } from "./world/topics/topics";
import { Traffic, type TrafficOptions } from "./world/traffic";
import type { Part, World } from "./world/world";

/** The rehearsal cloud, running. */
export class Sandbox {
    /** What has been started, in that order. */
    readonly #started: Part[] = [];
    #stopping: Promise<void> | undefined;

    private constructor(
        readonly world: World,
        readonly parts: Parts,
    ) {}

    /** Starts every part. Stops those that did start when one cannot. */
    static async start(world: World, parts: Parts): Promise<Sandbox> {
        const sandbox = new Sandbox(world, parts);
        try {
            for (const part of startOrder(parts)) {
                sandbox.#started.push(part);
                await part.start();
            }
        } catch (error) {
            await sandbox.stop().catch(() => {});
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

    get dns(): DnsServer {
        return this.parts.dns;
    }

    get health(): HealthCheckers {
        return this.parts.health;
    }

    get alarms(): Alarms {
        return this.parts.alarms;
    }

    get topics(): Topics {
        return this.parts.messaging.topics;
    }

    get tables(): Tables {
        return this.parts.tables;
    }

    get buckets(): Buckets {
        return this.parts.buckets;
    }

    /** Every metric that was published, the functions' own among them. */
    get metrics(): Metrics {
        return this.parts.metrics;
    }

    get queues(): Queues {
        return this.parts.messaging.queues;
    }

    /** What was sent inside AWS and did not arrive. */
    failures(): readonly FailedDelivery[] {
        return this.parts.messaging.failures.list();
    }

    get secrets(): Secrets {
        return this.parts.secrets;
    }

    get streams(): Streams {
        return this.parts.streams;
    }

    /** What the streams of a name carried between the regions, and how far their readers are. */
    streamFlows(name: string, regions: readonly string[]): readonly StreamFlow[] {
        return streamFlows(this.parts.streams, this.parts.eventSources, name, regions);
    }

    get eventSources(): EventSources {
        return this.parts.eventSources;
    }

    get objectReplication(): Replicator {
        return this.parts.buckets.replication;
    }

    get edges(): Edges {
        return this.parts.edges;
    }

    get databases(): Databases {
        return this.parts.databases;
    }

    get caches(): Caches {
        return this.parts.caches;
    }

    get tasks(): Tasks {
        return this.parts.tasks;
    }

    /** Resolves once every load balancer, accelerator and edge location listens and every service is steady; rejects when one cannot be. */
    async steady(): Promise<void> {
        await this.parts.loadBalancers.settled();
        await this.parts.caches.settled();
        await this.parts.databases.joined();
        await this.parts.accelerators.settled();
        await this.parts.edges.settled();
        await this.parts.tasks.allSteady();
    }

    /** Sends shoppers to the application; they stop with the sandbox at the latest. */
    async traffic(options: Omit<TrafficOptions, "ca">): Promise<Traffic> {
        const traffic = new Traffic(this.world, {
            ...options,
            ca: this.parts.certificates.caPem,
        });
        this.#started.push(traffic);
        await traffic.start();
        return traffic;
    }

    /** Variables that attach `pulumi`, the AWS SDKs and the AWS CLI. */
    environment(): Readonly<Record<string, string>> {
        return sandboxEnvironment({
            home: this.world.home,
            cloudUrl: this.parts.provider.url(),
            apiUrl: this.parts.api.url,
            caFile: this.parts.certificates.caFile,
            dns: `${dnsAddress}:${this.network.ports.dns}`,
        });
    }

    /** What a person may want to reach: what it is, and where. */
    addresses(): readonly { readonly what: string; readonly address: string }[] {
        const { network, store } = this;
        const balancers = store.list("aws:lb/loadBalancer:LoadBalancer").flatMap((balancer) => {
            const name = String(balancer.outputs["dnsName"]);
            return (network.resolveAwsName(name) ?? []).map((address) => ({
                what: `load balancer, ${balancer.region}`,
                address: `https://${address}:${network.ports.https} (${name})`,
            }));
        });
        const accelerators = store.list(acceleratorTokens.accelerator).flatMap((accelerator) => {
            const name = String(accelerator.outputs["dnsName"]);
            return (network.resolveAwsName(name) ?? []).map((address) => ({
                what: "accelerator",
                address: `https://${address}:${network.ports.https} (${name})`,
            }));
        });
        return [
            { what: "DNS", address: `dig @${dnsAddress} -p ${network.ports.dns}` },
            {
                what: "AWS API",
                address: `${this.parts.api.url} (of the region a call is signed for)`,
            },
            { what: "certificate authority", address: this.parts.certificates.caFile },
            ...balancers,
            ...accelerators,
        ];
    }

    /** Stops every part and ends world time; again is the same. Rejects with the first part that could not stop. */
    stop(): Promise<void> {
        this.#stopping ??= this.#stop();
        return this.#stopping;
    }

    async #stop(): Promise<void> {
        let failure: unknown;
        for (const part of this.#started.reverse()) {
            // The others have sockets and processes of their own to give back.
            await part.stop().catch((error: unknown) => (failure ??= error));
        }
        this.clock.stop();
        if (failure !== undefined) {
            throw failure as Error;
        }
    }
}
