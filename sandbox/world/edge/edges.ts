import https from "node:https";

import type { Certificates } from "../certificates";
import { geographies } from "../geography";
import { ListenerSocket } from "../loadBalancers/listenerSocket";
import type { StoreChange } from "../store";
import { askForAddresses } from "../traffic/dnsClient";
import { StubResolver } from "../traffic/stubResolver";
import { WebAcls } from "../waf/webAcl";
import type { MetricSink, Part, World } from "../world";
import { EdgeCache } from "./cache";
import { EdgeExchange } from "./exchange";
import type { EdgeFigures } from "./figures";
import { EdgeMeasures } from "./measures";
import { distributions, distributionType, namesOn, type Distribution } from "./model";

export interface EdgesOptions {
    readonly certificates: Certificates;
    readonly metrics: MetricSink;
}

/** A distribution that is served, at every edge. */
interface Served {
    readonly sockets: readonly ListenerSocket[];
    readonly agents: readonly https.Agent[];
    readonly number: number;
    /** Everything that, when changed, needs other sockets. */
    readonly signature: string;
}

const types: readonly string[] = [distributionType, "aws:acm/certificate:Certificate"];

/**
 * The edge locations: one in each geography, with a cache, a resolver and an address of its own for
 * every distribution. They are in no region, so no region's fault reaches them.
 */
export class Edges implements Part {
    readonly #served = new Map<string, Served>();
    readonly #measures: EdgeMeasures;
    readonly #webAcls: WebAcls;
    #current = new Map<string, Distribution>();
    #work: Promise<void> = Promise.resolve();
    readonly #onChange = ({ resource }: StoreChange): void => {
        if (types.includes(resource.type)) {
            this.#refresh();
        }
    };

    constructor(
        private readonly world: World,
        private readonly options: EdgesOptions,
    ) {
        this.#measures = new EdgeMeasures(options.metrics);
        this.#webAcls = new WebAcls(world, options.metrics);
    }

    async start(): Promise<void> {
        this.world.store.on("change", this.#onChange);
        this.#refresh();
        await this.settled();
    }

    async stop(): Promise<void> {
        this.world.store.off("change", this.#onChange);
        await this.#work.catch(() => {});
        await Promise.all([...this.#served.keys()].map((id) => this.#close(id)));
    }

    /** Resolves once every edge is as the account has it now; rejects when one cannot be. */
    settled(): Promise<void> {
        return this.#work;
    }

    /** What the edges did for the requests that came since then, over all distributions; world milliseconds. */
    figures(sinceMs = Number.NEGATIVE_INFINITY): EdgeFigures {
        return this.#measures.figures(sinceMs);
    }

    #refresh(): void {
        this.#work = this.#work
            .catch(() => {})
            .then(() => this.world.clock.io(() => this.#reconcile()));
        // Whoever asks `settled` is told; a change nobody waits for must not end the world.
        this.#work.catch(() => {});
    }

    async #reconcile(): Promise<void> {
        const { store } = this.world;
        this.#current = new Map(distributions(store).map((each) => [each.id, each]));
        for (const [id, { signature }] of this.#served) {
            const wanted = this.#current.get(id);
            if (wanted === undefined || signature !== signatureOf(namesOn(store, wanted), wanted)) {
                await this.#close(id);
            }
        }
        for (const [id, distribution] of this.#current) {
            if (!this.#served.has(id)) {
                await this.#open(distribution);
            }
        }
    }

    async #open(distribution: Distribution): Promise<void> {
        const { world } = this;
        const { network, store } = world;
        const names = namesOn(store, distribution);
        const taken = [...this.#served.values()].map(({ number }) => number);
        const number = [...Array(100).keys()].find((each) => !taken.includes(each)) ?? 0;
        const pair = await this.options.certificates.for(names);
        const tls = { ...pair, minVersion: oldestTls(distribution) };
        const sockets: ListenerSocket[] = [];
        const agents: https.Agent[] = [];
        const addresses = new Map<string, readonly string[]>();
        for (const [index, { code }] of geographies.entries()) {
            const address = network.edgeAddress(index, number);
            const agent = new https.Agent({ keepAlive: true });
            const shared = {
                world,
                location: code,
                address,
                agent,
                cache: new EdgeCache(),
                ca: this.options.certificates.caPem,
                measures: this.#measures,
                webAcls: this.#webAcls,
                // Asks with the edge's own address, so origins are those nearest to it.
                resolver: new StubResolver(
                    world.clock,
                    (name) => askForAddresses(world, address, name),
                    false,
                ),
            };
            for (const secure of [true, false]) {
                sockets.push(
                    new ListenerSocket(world, {
                        address,
                        port: network.portFor(secure ? 443 : 80),
                        ...(secure ? { tls } : {}),
                        handler: (request, response) => {
                            const current = this.#current.get(distribution.id) ?? distribution;
                            new EdgeExchange(
                                { ...shared, tls: secure, distribution: current },
                                request,
                                response,
                            )
                                .run()
                                .catch(() => response.destroy());
                        },
                    }),
                );
            }
            agents.push(agent);
            addresses.set(code, [address]);
        }
        const signature = signatureOf(names, distribution);
        this.#served.set(distribution.id, { sockets, agents, number, signature });
        await Promise.all(sockets.map((socket) => socket.listen()));
        network.registerEdges(distribution.domainName, addresses);
    }

    async #close(id: string): Promise<void> {
        const served = this.#served.get(id);
        this.#served.delete(id);
        await Promise.all(served?.sockets.map((socket) => socket.close()) ?? []);
        served?.agents.forEach((agent) => agent.destroy());
        if (served !== undefined) {
            this.world.network.registerEdges(served.signature.split(" ")[0] ?? "", new Map());
        }
    }
}

/** The distribution's own name comes first: it is given back when the distribution goes. */
function signatureOf(names: readonly string[], distribution: Distribution): string {
    return [distribution.domainName, oldestTls(distribution), ...names].join(" ");
}

function oldestTls({ viewerCertificate }: Distribution): "TLSv1.2" | "TLSv1.3" {
    return viewerCertificate.minimumProtocolVersion.startsWith("TLSv1.3") ? "TLSv1.3" : "TLSv1.2";
}
