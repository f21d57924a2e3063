import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net from "node:net";

import { expect } from "chai";

import { Accelerators } from "../../../../sandbox/world/accelerator";
import { idleMs } from "../../../../sandbox/world/accelerator/relay";
import { Certificates } from "../../../../sandbox/world/certificates";
import { DnsServer } from "../../../../sandbox/world/dns";
import { LoadBalancers } from "../../../../sandbox/world/loadBalancers";
import { NetworkError, type NetworkResponse } from "../../../../sandbox/world/network";
import type { Props } from "../../../../sandbox/world/store";
import { Targets } from "../../../../sandbox/world/targets";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { declareEstate, type Estate } from "../../support/estate";

const arn = "arn:aws:globalaccelerator::111122223333:accelerator/1";
const listenerArn = `${arn}/listener/1`;
const dnsName = "a0123456789abcdef.awsglobalaccelerator.com";
const dualName = "a0123456789abcdef.dualstack.awsglobalaccelerator.com";
/** Place of Germany, India and Virginia in the address plan. */
const [germany, india, virginia] = [2, 4, 0];

describe("Accelerators", () => {
    let world: SmallWorld;
    let certificates: Certificates;
    let targets: Targets;
    let balancers: LoadBalancers;
    let accelerators: Accelerators;
    let servers: http.Server[];
    let estates: Record<string, Estate>;
    /** Regions whose targets fail their health checks. */
    let sick: Set<string>;

    beforeEach(async () => {
        world = await smallWorld();
        certificates = await Certificates.open(world.home);
        targets = new Targets();
        const metrics = new RecordedMetrics();
        balancers = new LoadBalancers(world, { certificates, targets, metrics });
        accelerators = new Accelerators(world, balancers);
        servers = [];
        estates = {};
        sick = new Set();
        await balancers.start();
        await accelerators.start();
    });

    afterEach(async () => {
        await accelerators.stop();
        await balancers.stop();
        servers.forEach((server) => {
            server.closeAllConnections();
            server.close();
        });
        world.end();
    });

    /** A load balancer with one target, which answers with its region and the client's address. */
    async function serve(region: string): Promise<void> {
        const estate = declareEstate(world, { region });
        estates[region] = estate;
        const address = world.network.taskAddress(region, "task");
        const server = http.createServer((request, response) => {
            if (request.url === "/health") {
                response.statusCode = sick.has(region) ? 503 : 200;
            }
            response.end(`${region} for ${request.headers["x-forwarded-for"]}`);
        });
        servers.push(server);
        server.listen(0, address);
        await once(server, "listening");
        const { port } = server.address() as net.AddressInfo;
        targets.register(estate.groupArn, { id: address, address, port, count: () => 1 });
    }

    function declareGroup(region: string, group: Props = {}, endpoint: Props = {}): void {
        world.declare("aws:globalaccelerator/endpointGroup:EndpointGroup", "global", region, {
            arn: `${listenerArn}/endpoint-group/${region}`,
            listenerArn,
            endpointGroupRegion: region,
            trafficDialPercentage: 100,
            endpointConfigurations: [
                {
                    endpointId: estates[region]?.balancerArn,
                    weight: 128,
                    clientIpPreservationEnabled: true,
                    ...endpoint,
                },
            ],
            ...group,
        });
    }

    function declareAccelerator(accelerator: Props = {}, listener: Props = {}): void {
        world.declare("aws:globalaccelerator/accelerator:Accelerator", "global", arn, {
            arn,
            dnsName,
            dualStackDnsName: dualName,
            enabled: true,
            ...accelerator,
        });
        world.declare("aws:globalaccelerator/listener:Listener", "global", listenerArn, {
            arn: listenerArn,
            acceleratorArn: arn,
            protocol: "TCP",
            clientAffinity: "SOURCE_IP",
            portRanges: [{ fromPort: 443, toPort: 443 }],
            ...listener,
        });
    }

    /** An accelerator over Ireland, Virginia and Mumbai that knows all of them to be healthy. */
    async function accelerate(): Promise<void> {
        for (const region of ["eu-west-1", "us-east-1", "ap-south-1"]) {
            await serve(region);
        }
        declareAccelerator();
        Object.keys(estates).forEach((region) => declareGroup(region));
        await balancers.settled();
        await accelerators.settled();
        await world.until(() =>
            Object.values(estates).every(({ dnsName: name }) => balancers.targetsHealthy(name)),
        );
        // Each endpoint has to be looked at once.
        await world.clock.sleep(10_000);
    }

    interface Asking {
        readonly agent?: https.Agent;
        readonly from?: string;
        readonly to?: string;
        readonly path?: string;
        readonly timeoutMs?: number;
    }

    function get(geography: number, options: Asking = {}): Promise<NetworkResponse> {
        return world.network.request({
            from: options.from ?? world.network.shopperAddress(geography, 0),
            to: options.to ?? world.network.resolveAwsName(dnsName)?.[0] ?? "",
            port: 443,
            tls: true,
            host: "app.example.com",
            method: "GET",
            path: options.path ?? "/",
            timeoutMs: options.timeoutMs ?? 5000,
            ca: certificates.caPem,
            ...(options.agent === undefined ? {} : { agent: options.agent }),
        });
    }

    const ask = async (geography: number, options: Asking = {}): Promise<string> =>
        (await get(geography, options)).body.toString();

    const regionFor = (geography: number): string | undefined =>
        world.network.regionBehind("127.75.1.1", world.network.shopperAddress(geography, 0));

    async function failure(call: Promise<unknown>): Promise<string> {
        const error = await call.catch((e: unknown) => e);
        expect(error).to.be.instanceOf(NetworkError);
        return (error as NetworkError).code;
    }

    it("sends clients to the nearest load balancer, which sees who they are", async () => {
        await accelerate();
        expect(await ask(germany)).to.equal("eu-west-1 for 100.66.0.1");
        expect(await ask(india)).to.equal("ap-south-1 for 100.68.0.1");
        expect(await ask(virginia)).to.equal("us-east-1 for 100.64.0.1");
    });

    it("answers at both of its addresses, by both of its names", async () => {
        await accelerate();
        const addresses = world.network.resolveAwsName(dnsName) ?? [];
        expect(new Set(addresses).size).to.equal(2);
        expect(world.network.resolveAwsName(dualName)).to.deep.equal(addresses);
        for (const to of addresses) {
            expect(await ask(india, { to })).to.match(/^ap-south-1/);
        }
    });

    it("hides the client's address unless the endpoint is to keep it", async () => {
        await accelerate();
        declareGroup("eu-west-1", {}, { clientIpPreservationEnabled: false });
        expect(await ask(germany)).to.equal("eu-west-1 for 75.2.1.1");
    });

    it("leaves a region that blacks out, after its users have waited for nothing, and returns", async () => {
        await accelerate();
        world.faults.inject({ kind: "blackout", region: "eu-west-1" });
        expect(await failure(get(germany, { timeoutMs: 500 }))).to.equal("timeout");
        const fromMs = world.clock.now();
        await world.until(() => regionFor(germany) === "us-east-1");
        expect(world.clock.now() - fromMs).to.be.below(31_000);
        expect(await ask(germany)).to.match(/^us-east-1/);
        expect(await ask(india)).to.match(/^ap-south-1/);
        world.faults.healAll();
        await world.until(() => regionFor(germany) === "eu-west-1");
        expect(await ask(germany)).to.match(/^eu-west-1/);
    });

    it("leaves a region whose targets are all unhealthy, and no other", async () => {
        await accelerate();
        sick.add("ap-south-1");
        await world.until(() => !balancers.targetsHealthy(estates["ap-south-1"]?.dnsName ?? ""));
        await world.clock.sleep(31_000);
        expect(await ask(india)).to.match(/^eu-west-1/);
        expect(await ask(germany)).to.match(/^eu-west-1/);
    });

    it("stays with a region that fails grayly: its load balancer calls its targets healthy", async () => {
        await accelerate();
        world.faults.inject({ kind: "gray", region: "eu-west-1", errorRate: 1, latencyMs: 0 });
        await world.clock.sleep(300_000);
        expect((await get(germany)).status).to.equal(500);
        declareGroup("eu-west-1", { trafficDialPercentage: 0 });
        expect(await ask(germany)).to.match(/^us-east-1/);
    });

    it("fails open to the nearest region when nothing is healthy", async () => {
        await accelerate();
        Object.keys(estates).forEach((region) => sick.add(region));
        await world.clock.sleep(120_000);
        expect(accelerators.healthy(dnsName)).to.be.false;
        expect(await ask(india)).to.match(/^ap-south-1/);
    });

    it("does not move an established connection", async () => {
        await accelerate();
        const agent = new https.Agent({ keepAlive: true });
        expect(await ask(germany, { agent })).to.match(/^eu-west-1/);
        declareGroup("eu-west-1", { trafficDialPercentage: 0 });
        const kept = await get(germany, { agent });
        expect([kept.reused, kept.body.toString().split(" ")[0]]).to.deep.equal([
            true,
            "eu-west-1",
        ]);
        agent.destroy();
        expect(await ask(germany)).to.match(/^us-east-1/);
    });

    it("ends a connection that nobody uses for 340 seconds", async () => {
        await accelerate();
        const socket = net.connect({
            host: "127.75.1.1",
            port: world.network.ports.https,
            localAddress: world.network.shopperAddress(germany, 0),
        });
        const closed = once(socket, "close");
        await once(socket, "connect");
        const sinceMs = world.clock.now();
        await closed;
        expect(world.clock.now() - sinceMs).to.be.at.least(idleMs - 1000);
    });

    it("overrides the port of an endpoint", async () => {
        await accelerate();
        declareGroup("eu-west-1", { portOverrides: [{ listenerPort: 443, endpointPort: 80 }] });
        const response = await world.network.request({
            from: world.network.shopperAddress(germany, 0),
            to: "127.75.1.1",
            port: 443,
            tls: false,
            host: "app.example.com",
            method: "GET",
            path: "/",
            timeoutMs: 5000,
        });
        expect(response.status).to.equal(301);
    });

    it("gives a client in a lost region no answer until the region is back", async () => {
        await accelerate();
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        const socket = net.connect({
            host: "127.75.1.1",
            port: world.network.ports.https,
            localAddress: world.network.egressAddress("us-east-1"),
        });
        await once(socket, "connect");
        const closed = once(socket, "close");
        expect(world.journal.since(0).filter(isOurs)).to.deep.equal([]);
        world.faults.healAll();
        await closed;
    });

    it("records who was sent where, as a call to no region", async () => {
        await accelerate();
        await ask(india);
        world.faults.inject({ kind: "blackout", region: "eu-west-1" });
        await failure(get(germany, { timeoutMs: 500 }));
        expect(
            world.journal
                .since(0)
                .filter(isOurs)
                .map(({ caller, plane, action, region, outcome }) => [
                    caller,
                    plane,
                    action,
                    region,
                    outcome,
                ]),
        ).to.deep.equal([
            ["shopper:5", "data", "connect 443 to ap-south-1", "global", "ok"],
            ["shopper:3", "data", "connect 443 to eu-west-1", "global", "timeout"],
        ]);
    });

    it("takes no connection when it is disabled or gone, and gives its name back", async () => {
        await accelerate();
        declareAccelerator({ enabled: false });
        await accelerators.settled();
        expect(await failure(get(germany))).to.equal("refused");
        declareAccelerator();
        await accelerators.settled();
        expect(await ask(germany)).to.match(/^eu-west-1/);
        world.store.delete("aws:globalaccelerator/accelerator:Accelerator", "global", arn);
        await accelerators.settled();
        expect(world.network.resolveAwsName(dnsName)).to.equal(undefined);
        expect(accelerators.healthy(dnsName)).to.equal(undefined);
        expect(await failure(get(germany, { to: "127.75.1.1" }))).to.equal("refused");
    });

    it("breaks off where no group takes anything", async () => {
        await accelerate();
        Object.keys(estates).forEach((region) =>
            declareGroup(region, { trafficDialPercentage: 0 }),
        );
        expect(await failure(get(germany))).to.equal("reset");
    });

    it("says which listeners it cannot serve", async () => {
        for (const [listener, words] of [
            [{ protocol: "UDP" }, "serves TCP listeners alone"],
            [{ portRanges: [{ fromPort: 1, toPort: 65 }] }, "has more than 64 ports"],
        ] as const) {
            declareAccelerator({}, listener);
            const error = await accelerators.settled().catch((e: unknown) => e);
            expect(String(error)).to.contain(words);
        }
    });

    it("has IPv6 addresses by its second name alone", async () => {
        await accelerate();
        const dns = new DnsServer(world, {
            health: { healthy: () => true },
            loadBalancers: balancers,
        });
        const count = (name: string, type: string): number =>
            dns.resolve(name, type).answers.length;
        expect([count(dnsName, "A"), count(dnsName, "AAAA")]).to.deep.equal([2, 0]);
        expect([count(dualName, "A"), count(dualName, "AAAA")]).to.deep.equal([2, 2]);
        expect(dns.resolve("a0.awsglobalaccelerator.com", "A").rcode).to.equal("NXDOMAIN");
        await dns.stop();
    });
});

function isOurs({ service }: { readonly service: string }): boolean {
    return service === "globalaccelerator";
}
