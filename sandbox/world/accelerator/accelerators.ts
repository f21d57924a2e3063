import net from "node:net";

import { tokens } from "../../aws/globalaccelerator/tokens";
import { geographies, geographyOf } from "../geography";
import { HeldSockets } from "../heldSockets";
import type { StoreChange } from "../store";
import type { LoadBalancerHealth, Part, World } from "../world";
import { EndpointHealth } from "./endpointHealth";
import { accelerators, type Accelerator, type Listener } from "./model";
import { relay } from "./relay";
import { drawsOf, routeOf, type Flow, type Route } from "./route";

/** Ports of one listener that the rehearsal opens at most. */
const mostPorts = 64;
const balancerType = "aws:lb/loadBalancer:LoadBalancer";
const types: readonly string[] = [...Object.values(tokens), balancerType];

/** An accelerator as the account has it, and where it is in the world. */
interface Entry {
    readonly accelerator: Accelerator;
    readonly addresses: readonly string[];
}

/** Where a listener is to be open. */
interface Door {
    readonly listenerArn: string;
    readonly address: string;
    readonly port: number;
}

/**
 * Global Accelerator's data plane: each accelerator's static addresses, which are everywhere, so that
 * no fault of a region reaches them; whoever connects is sent on to a load balancer. It reads what the
 * control plane has written and asks it nothing.
 */
export class Accelerators implements Part {
    readonly #health: EndpointHealth;
    readonly #held: HeldSockets;
    readonly #open = new Map<string, net.Server>();
    readonly #clients = new Set<net.Socket>();
    #entries: readonly Entry[] = [];
    #work: Promise<void> = Promise.resolve();
    readonly #onChange = (change: StoreChange): void => {
        if (types.includes(change.resource.type)) {
            this.#refresh();
        }
    };

    constructor(
        private readonly world: World,
        loadBalancers: LoadBalancerHealth,
    ) {
        this.#health = new EndpointHealth(world, loadBalancers, (arn) => this.#balancer(arn));
        this.#held = new HeldSockets(world.faults);
    }

    async start(): Promise<void> {
        this.world.store.on("change", this.#onChange);
        this.#refresh();
        await this.settled();
    }

    async stop(): Promise<void> {
        this.world.store.off("change", this.#onChange);
        await this.#work.catch(() => {});
        this.#health.watch(new Set());
        this.#held.stop();
        this.#clients.forEach((client) => client.destroy());
        await Promise.all([...this.#open.keys()].map((key) => this.#close(key)));
    }

    /** Resolves once every listener is as the account has it now; rejects when one cannot be served. */
    settled(): Promise<void> {
        return this.#work;
    }

    /** Whether an accelerator has a healthy endpoint, by a DNS name of its; undefined when nothing has the name. */
    healthy(dnsName: string): boolean | undefined {
        const name = dnsName.toLowerCase().replace(/\.$/, "");
        const entry = this.#entries.find(({ accelerator }) => accelerator.dnsNames.includes(name));
        return entry && endpointsOf(entry.accelerator).some((arn) => this.#health.healthy(arn));
    }

    #refresh(): void {
        const before = this.#entries;
        this.#entries = accelerators(this.world.store).map((accelerator) => ({
            accelerator,
            addresses: this.world.network.acceleratorAddresses(accelerator.arn),
        }));
        this.#announce(before);
        this.#health.watch(
            new Set(this.#entries.flatMap(({ accelerator }) => endpointsOf(accelerator))),
        );
        this.#work = this.#work
            .catch(() => {})
            .then(() => this.world.clock.io(() => this.#reconcile()))
            .finally(() => this.#release(before));
        // Whoever asks `settled` is told; a change nobody waits for must not end the world.
        this.#work.catch(() => {});
    }

    /** Gives the accelerators' names their addresses, and takes them from those that are gone. */
    #announce(before: readonly Entry[]): void {
        const { network } = this.world;
        for (const { accelerator, addresses } of before) {
            accelerator.dnsNames.forEach((name) => network.register(name, []));
            addresses.forEach((address) => network.withdraw(address));
        }
        for (const { accelerator, addresses } of this.#entries) {
            accelerator.dnsNames.forEach((name) => network.register(name, addresses));
            addresses.forEach((address) =>
                network.advertise(address, (from) => this.#regionFor(accelerator, from, address)),
            );
        }
    }

    /** Gives back the addresses of accelerators that are gone. */
    #release(before: readonly Entry[]): void {
        const kept = this.#entries.flatMap(({ addresses }) => addresses);
        for (const address of before.flatMap(({ addresses }) => addresses)) {
            if (!kept.includes(address)) {
                this.world.network.releaseAddress(address);
            }
        }
    }

    /** Where a client would be sent whose address alone counts: how far away the accelerator is for it. */
    #regionFor(accelerator: Accelerator, from: string, address: string): string | undefined {
        const [listener] = accelerator.listeners;
        const flow = {
            sourceAddress: from,
            sourcePort: 0,
            destinationAddress: address,
            destinationPort: 443,
        };
        return listener && this.#route(listener, flow)?.group.region;
    }

    /** Opens and closes sockets until they are what the account says. */
    async #reconcile(): Promise<void> {
        const wanted = new Map<string, Door>();
        const problems: string[] = [];
        for (const { accelerator, addresses } of this.#entries.filter(
            ({ accelerator: { enabled } }) => enabled,
        )) {
            for (const listener of accelerator.listeners) {
                const ports = portsOf(listener);
                const problem = problemOf(listener, ports);
                if (problem !== undefined) {
                    problems.push(problem);
                    continue;
                }
                for (const [address, port] of addresses.flatMap((each) =>
                    ports.map((one) => [each, one] as const),
                )) {
                    const key = `${listener.arn} ${address} ${port}`;
                    wanted.set(key, { listenerArn: listener.arn, address, port });
                }
            }
        }
        for (const key of this.#open.keys()) {
            if (!wanted.has(key)) {
                await this.#close(key);
            }
        }
        for (const [key, door] of wanted) {
            if (!this.#open.has(key)) {
                this.#open.set(key, await this.#listen(door));
            }
        }
        if (problems.length > 0) {
            throw new Error(problems.join("; "));
        }
    }

    async #listen(door: Door): Promise<net.Server> {
        const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) =>
            this.#accept(client, door),
        );
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject);
            server.listen(this.world.network.portFor(door.port), door.address, resolve);
        });
        return server;
    }

    /** Takes no further connections; those that stand go on. */
    async #close(key: string): Promise<void> {
        this.#open.get(key)?.close();
        this.#open.delete(key);
    }

    #accept(client: net.Socket, { listenerArn, address, port }: Door): void {
        const { network, faults } = this.world;
        const source = (client.remoteAddress ?? "").replace("::ffff:", "");
        this.#clients.add(client);
        client.once("close", () => this.#clients.delete(client));
        client.on("error", () => client.destroy());
        const cut = (): boolean => !faults.reachable(network.placeOf(source).region, undefined);
        if (cut()) {
            this.#held.hold(client, cut);
            return;
        }
        const listener = this.#entries
            .flatMap(({ accelerator }) => accelerator.listeners)
            .find(({ arn }) => arn === listenerArn);
        const route =
            listener &&
            this.#route(listener, {
                sourceAddress: source,
                sourcePort: client.remotePort ?? 0,
                destinationAddress: address,
                destinationPort: port,
            });
        const balancer = route && this.#balancer(route.endpoint.id);
        const [host] = balancer ? (network.resolveAwsName(balancer.dnsName) ?? []) : [];
        if (route === undefined || host === undefined) {
            this.#record(source, port, "nowhere", "failed");
            client.resetAndDestroy();
            return;
        }
        const { region, portOverrides } = route.group;
        relay(this.world, {
            client,
            to: { host, port: network.portFor(portOverrides.get(port) ?? port) },
            from: route.endpoint.keepsClientAddress ? source : address,
            onConnected: (connected) =>
                this.#record(
                    source,
                    port,
                    region,
                    !connected ? "refused" : network.reachable(source, host) ? "ok" : "timeout",
                ),
        });
    }

    #route(listener: Listener, flow: Flow): Route | undefined {
        const place = geographyOf(this.world.network.publicAddressOf(flow.sourceAddress));
        return routeOf(
            listener.groups,
            (place ?? geographies[0])?.code ?? "",
            ({ id }) => this.#health.healthy(id),
            drawsOf(flow, listener),
        );
    }

    #balancer(arn: string): { readonly region: string; readonly dnsName: string } | undefined {
        const found = this.world.store.find(balancerType, ({ outputs }) => outputs["arn"] === arn);
        return found && { region: found.region, dnsName: String(found.outputs["dnsName"]) };
    }

    #record(
        source: string,
        port: number,
        to: string,
        outcome: "ok" | "refused" | "failed" | "timeout",
    ): void {
        const { journal, clock, network } = this.world;
        journal.add({
            atMs: clock.now(),
            caller: network.placeOf(source).name,
            plane: "data",
            service: "globalaccelerator",
            action: `connect ${port} to ${to}`,
            region: "global",
            outcome,
        });
    }
}

function endpointsOf({ listeners }: Accelerator): readonly string[] {
    return listeners.flatMap(({ groups }) =>
        groups.flatMap(({ endpoints }) => endpoints.map(({ id }) => id)),
    );
}

/** Ports of a listener; one more than can be opened when there are too many. */
function portsOf({ portRanges }: Listener): readonly number[] {
    const ports: number[] = [];
    for (const { fromPort, toPort } of portRanges) {
        for (let port = fromPort; port <= toPort && ports.length <= mostPorts; port++) {
            ports.push(port);
        }
    }
    return ports;
}

/** What the rehearsal cannot serve, though AWS would. */
function problemOf({ arn, protocol }: Listener, ports: readonly number[]): string | undefined {
    if (protocol === "UDP") {
        return `listener ${arn} is of UDP; the rehearsal serves TCP listeners alone`;
    }
    return ports.length > mostPorts
        ? `listener ${arn} has more than ${mostPorts} ports; the rehearsal opens at most so many`
        : undefined;
}
