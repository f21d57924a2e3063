import http from "node:http";

import { associationToken } from "../../aws/wafv2/tokens";
import type { Certificates } from "../certificates";
import type { StoreChange } from "../store";
import type { Targets } from "../targets";
import { WebAcls } from "../waf/webAcl";
import type { LoadBalancerHealth, MetricSink, Part, World } from "../world";
import { Exchange } from "./exchange";
import { ListenerSocket } from "./listenerSocket";
import { Measures } from "./measures";
import {
    balancers,
    groupsOf,
    listenersOf,
    targetGroups,
    type Balancer,
    type ListenerModel,
    type TargetGroup,
} from "./model";
import { Probes } from "./probes";

export interface LoadBalancersOptions {
    readonly certificates: Certificates;
    readonly targets: Targets;
    readonly metrics: MetricSink;
}

/** A listener that is open. */
interface OpenListener {
    readonly socket: ListenerSocket;
    readonly agent: http.Agent;
    /** Everything that, when changed, needs another socket. */
    readonly signature: string;
}

/** A balancer as the account has it, with what belongs to it. */
interface Entry {
    readonly balancer: Balancer;
    readonly address: string;
    readonly listeners: readonly ListenerModel[];
    readonly groups: ReadonlyMap<string, TargetGroup>;
}

const types: readonly string[] = [
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/listener:Listener",
    "aws:lb/targetGroup:TargetGroup",
    "aws:acm/certificate:Certificate",
    associationToken,
];
const hostCountPeriodMs = 60_000;

/**
 * The application load balancers of every region: a socket for each listener on the balancer's own
 * address, opened, replaced and closed as the account changes.
 */
export class LoadBalancers implements Part, LoadBalancerHealth {
    readonly #measures: Measures;
    readonly #probes: Probes;
    readonly #webAcls: WebAcls;
    readonly #open = new Map<string, OpenListener>();
    #entries = new Map<string, Entry>();
    #work: Promise<void> = Promise.resolve();
    #stopCounting: () => void = () => {};
    readonly #onChange = (change: StoreChange): void => {
        if (types.includes(change.resource.type)) {
            this.#refresh();
        }
    };

    constructor(
        private readonly world: World,
        private readonly options: LoadBalancersOptions,
    ) {
        this.#measures = new Measures(options.metrics);
        this.#webAcls = new WebAcls(world, options.metrics);
        this.#probes = new Probes(world, options.targets, (arn) => this.#probed(arn));
    }

    async start(): Promise<void> {
        this.world.store.on("change", this.#onChange);
        this.#stopCounting = this.world.clock.every(hostCountPeriodMs, () => this.#countHosts());
        this.#refresh();
        await this.settled();
    }

    async stop(): Promise<void> {
        this.world.store.off("change", this.#onChange);
        this.#stopCounting();
        this.#probes.stop();
        await this.#work.catch(() => {});
        await Promise.all([...this.#open.keys()].map((key) => this.#close(key)));
    }

    /** Resolves once every listener is as the account has it now; rejects when one cannot be opened. */
    settled(): Promise<void> {
        return this.#work;
    }

    targetsHealthy(dnsName: string): boolean {
        const name = dnsName.toLowerCase().replace(/\.$/, "");
        const entry = [...this.#entries.values()].find(
            ({ balancer }) => balancer.dnsName.toLowerCase() === name,
        );
        const groups = entry?.listeners.flatMap(groupsOf) ?? [];
        return (
            groups.length > 0 &&
            groups.every((arn) =>
                this.options.targets.registered(arn).some(({ state }) => state === "healthy"),
            )
        );
    }

    #refresh(): void {
        const before = this.#entries;
        let readError: unknown;
        try {
            this.#entries = this.#read();
        } catch (error) {
            // A resource that cannot be served is no reason to refuse it: its control plane took it.
            readError = error;
        }
        this.#announce(before);
        this.#probes.refresh();
        this.#work = this.#work
            .catch(() => {})
            .then(() => this.world.clock.io(() => this.#reconcile()))
            .then(() => {
                this.#release(before);
                if (readError !== undefined) {
                    throw readError as Error;
                }
            });
        // Whoever asks `settled` is told; a change nobody waits for must not end the world.
        this.#work.catch(() => {});
    }

    #read(): Map<string, Entry> {
        const { store, network } = this.world;
        return new Map(
            balancers(store).map((balancer) => [
                balancer.arn,
                {
                    balancer,
                    address: network.loadBalancerAddress(balancer.region, balancer.arn),
                    listeners: listenersOf(store, balancer),
                    groups: targetGroups(store, balancer.region),
                },
            ]),
        );
    }

    /** Gives the balancers' names their addresses, and takes them from those that are gone. */
    #announce(before: ReadonlyMap<string, Entry>): void {
        for (const [arn, { balancer }] of before) {
            if (!this.#entries.has(arn)) {
                this.world.network.register(balancer.dnsName, []);
            }
        }
        for (const { balancer, address } of this.#entries.values()) {
            this.world.network.register(balancer.dnsName, [address]);
        }
    }

    /** Gives back the addresses of balancers that are gone. */
    #release(before: ReadonlyMap<string, Entry>): void {
        for (const [arn, { address }] of before) {
            if (!this.#entries.has(arn)) {
                this.world.network.releaseAddress(address);
            }
        }
    }

    /** Opens and closes sockets until they are what the account says. */
    async #reconcile(): Promise<void> {
        const wanted = new Map<string, { entry: Entry; listener: ListenerModel }>();
        for (const entry of this.#entries.values()) {
            for (const listener of entry.listeners) {
                wanted.set(listener.arn, { entry, listener });
            }
        }
        for (const [arn, open] of this.#open) {
            const want = wanted.get(arn);
            if (want === undefined || open.signature !== signatureOf(want.entry, want.listener)) {
                await this.#close(arn);
            }
        }
        for (const [arn, { entry, listener }] of wanted) {
            if (!this.#open.has(arn)) {
                await this.#listen(entry, listener);
            }
        }
    }

    async #listen(entry: Entry, listener: ListenerModel): Promise<void> {
        const { world } = this;
        const { balancer, address } = entry;
        const { tls } = listener;
        const agent = new http.Agent({ keepAlive: true });
        const socket = new ListenerSocket(world, {
            address,
            port: world.network.portFor(listener.port),
            ...(tls === undefined
                ? {}
                : {
                      tls: {
                          ...(await this.options.certificates.for(tls.names)),
                          minVersion: tls.minVersion,
                      },
                  }),
            handler: (request, response) => {
                const current = this.#entries.get(balancer.arn) ?? entry;
                const exchange = new Exchange(
                    {
                        world,
                        targets: this.options.targets,
                        measures: this.#measures,
                        webAcls: this.#webAcls,
                        balancer: current.balancer,
                        listener:
                            current.listeners.find(({ arn }) => arn === listener.arn) ?? listener,
                        socket,
                        address,
                        agent,
                        group: (arn) => current.groups.get(arn),
                    },
                    request,
                    response,
                );
                exchange.run().catch(() => response.destroy());
            },
        });
        await socket.listen();
        this.#open.set(listener.arn, { socket, agent, signature: signatureOf(entry, listener) });
    }

    async #close(arn: string): Promise<void> {
        const open = this.#open.get(arn);
        this.#open.delete(arn);
        await open?.socket.close();
        open?.agent.destroy();
    }

    #probed(groupArn: string): { check: TargetGroup["check"]; from: string } | undefined {
        for (const { address, listeners, groups } of this.#entries.values()) {
            const group = groups.get(groupArn);
            if (group !== undefined && listeners.some((l) => groupsOf(l).includes(groupArn))) {
                return { check: group.check, from: address };
            }
        }
        return undefined;
    }

    #countHosts(): void {
        for (const { balancer, listeners, groups } of this.#entries.values()) {
            // What a lost region measures never leaves it.
            if (this.world.faults.blackedOut(balancer.region)) {
                continue;
            }
            for (const arn of new Set(listeners.flatMap(groupsOf))) {
                const group = groups.get(arn);
                const registered = this.options.targets.registered(arn);
                const count = (healthy: boolean): number =>
                    registered
                        .filter(({ state }) => (state === "healthy") === healthy)
                        .reduce((sum, { target }) => sum + target.count(), 0);
                if (group !== undefined) {
                    this.#measures.hosts(balancer, group, count(true), count(false));
                }
            }
        }
    }
}

function signatureOf(entry: Entry, listener: ListenerModel): string {
    return JSON.stringify([entry.address, listener.port, listener.tls ?? null]);
}
