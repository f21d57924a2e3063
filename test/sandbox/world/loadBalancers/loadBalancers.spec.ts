import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { once } from "node:events";

import { expect } from "chai";

import { Certificates } from "../../../../sandbox/world/certificates";
import { LoadBalancers } from "../../../../sandbox/world/loadBalancers";
import { NetworkError, type NetworkResponse } from "../../../../sandbox/world/network";
import { Targets, type Registration } from "../../../../sandbox/world/targets";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { declareEstate, type Estate, type EstateOptions } from "../../support/estate";

describe("LoadBalancers", () => {
    let world: SmallWorld;
    let certificates: Certificates;
    let targets: Targets;
    let metrics: RecordedMetrics;
    let balancers: LoadBalancers;
    let target: http.Server | undefined;
    let answer: http.RequestListener;
    let shopper: string;

    beforeEach(async () => {
        world = await smallWorld();
        certificates = await Certificates.open(world.home);
        targets = new Targets();
        metrics = new RecordedMetrics();
        balancers = new LoadBalancers(world, { certificates, targets, metrics });
        shopper = world.network.shopperAddress(4, 0);
        answer = (_request, response) => response.end("fine");
        await balancers.start();
    });

    afterEach(async () => {
        await balancers.stop();
        target?.closeAllConnections();
        target?.close();
        target = undefined;
        world.end();
    });

    /** An estate with one target, healthy unless `answer` says otherwise on /health. */
    async function serve(options: EstateOptions = {}): Promise<{
        readonly estate: Estate;
        readonly registration: Registration;
    }> {
        const estate = declareEstate(world, options);
        await balancers.settled();
        const address = world.network.taskAddress(estate.region, "task");
        target = http.createServer((request, response) => answer(request, response));
        target.listen(0, address);
        await once(target, "listening");
        const { port } = target.address() as net.AddressInfo;
        const registration = targets.register(estate.groupArn, {
            id: address,
            address,
            port,
            count: () => 3,
        });
        return { estate, registration };
    }

    function get(
        estate: Estate,
        path: string,
        more: {
            readonly from?: string;
            readonly headers?: Readonly<Record<string, string>>;
            readonly agent?: https.Agent;
            readonly port?: number;
            readonly host?: string;
            readonly body?: string;
            readonly timeoutMs?: number;
        } = {},
    ): Promise<NetworkResponse> {
        const port = more.port ?? 443;
        return world.network.request({
            from: more.from ?? shopper,
            to: world.network.resolveAwsName(estate.dnsName)?.[0] ?? "127.10.0.99",
            port,
            tls: port === 443,
            host: more.host ?? "app.example.com",
            method: more.body === undefined ? "GET" : "POST",
            path,
            timeoutMs: more.timeoutMs ?? 30_000,
            ca: certificates.caPem,
            ...(more.headers === undefined ? {} : { headers: more.headers }),
            ...(more.body === undefined ? {} : { body: more.body }),
            ...(more.agent === undefined ? {} : { agent: more.agent }),
        });
    }

    it("serves every name of its certificate, and its own, over TLS", async () => {
        const { estate, registration } = await serve();
        await world.until(() => registration.state === "healthy");
        for (const host of ["app.example.com", "us-east-1.origin.example.com", estate.dnsName]) {
            const response = await get(estate, "/catalogue", { host });
            expect(response.status).to.equal(200);
            expect(response.body.toString()).to.equal("fine");
        }
        const error = await get(estate, "/", { host: "other.example.com" }).catch(
            (e: unknown) => e,
        );
        expect(error).to.be.instanceOf(NetworkError).with.property("code", "tls");
    });

    it("refuses TLS 1.1", async () => {
        const { estate } = await serve();
        const socket = tls.connect({
            host: world.network.resolveAwsName(estate.dnsName)?.[0],
            port: world.network.ports.https,
            maxVersion: "TLSv1.1",
            minVersion: "TLSv1",
            ciphers: "DEFAULT:@SECLEVEL=0",
            rejectUnauthorized: false,
        });
        const outcome = await new Promise((resolve) => {
            socket.once("secureConnect", () => resolve("connected"));
            socket.once("error", () => resolve("refused"));
        });
        socket.destroy();
        expect(outcome).to.equal("refused");
    });

    it("tells the target who asks and how, and drops invalid headers", async () => {
        const seen: http.IncomingHttpHeaders[] = [];
        const bodies: string[] = [];
        answer = (request, response) => {
            if (request.url !== "/health") {
                seen.push(request.headers);
            }
            request.on("data", (chunk: Buffer) => bodies.push(chunk.toString()));
            request.on("end", () => response.end());
        };
        const { estate } = await serve();
        await get(estate, "/orders", {
            headers: { "x-forwarded-for": "203.0.113.9", x_odd: "1", "x-even": "2" },
            body: "an order",
        });
        expect(seen[0]).to.include({
            host: "app.example.com",
            "x-forwarded-for": "203.0.113.9, 100.68.0.1",
            "x-forwarded-proto": "https",
            "x-forwarded-port": "443",
            "x-even": "2",
        });
        expect(seen[0]).not.to.have.property("x_odd");
        expect(bodies.join("")).to.equal("an order");
    });

    it("passes invalid headers on where it was not told to drop them", async () => {
        let odd: unknown;
        answer = (request, response) => {
            odd = request.headers["x_odd"] ?? odd;
            response.end();
        };
        const { estate } = await serve({ dropInvalidHeaderFields: false });
        await get(estate, "/", { headers: { x_odd: "1" } });
        expect(odd).to.equal("1");
    });

    it("redirects HTTP to the port that stands for 443", async () => {
        const { estate } = await serve();
        const response = await get(estate, "/catalogue?limit=1", { port: 80 });
        expect(response.status).to.equal(301);
        expect(response.headers.location).to.equal(
            `https://app.example.com:${world.network.ports.https}/catalogue?limit=1`,
        );
    });

    it("keeps client connections, until the target says close", async () => {
        let closing = false;
        answer = (_request, response) => {
            if (closing) {
                response.setHeader("connection", "close");
            }
            response.end();
        };
        const { estate } = await serve();
        const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
        const reused: boolean[] = [];
        for (let i = 0; i < 4; i++) {
            closing = i === 2;
            reused.push((await get(estate, "/", { agent })).reused);
        }
        agent.destroy();
        expect(reused).to.deep.equal([false, true, true, false]);
    });

    it("answers 503 without targets and counts it as its own", async () => {
        const estate = declareEstate(world);
        await balancers.settled();
        expect((await get(estate, "/")).status).to.equal(503);
        expect(metrics.named("HTTPCode_ELB_5XX_Count")).to.have.length(2);
        expect(metrics.named("RequestCount")).to.have.length(2);
    });

    it("answers 502 for a target that is gone and 504 for one that says nothing", async () => {
        answer = () => {};
        const { estate, registration } = await serve({ idleTimeout: 3 });
        expect((await get(estate, "/slow")).status).to.equal(504);
        target?.closeAllConnections();
        target?.close();
        expect((await get(estate, "/")).status).to.equal(502);
        expect(registration.state).not.to.equal("healthy");
    });

    it("judges targets by their group's health check and fails open when none is healthy", async () => {
        let healthStatus = 200;
        answer = (request, response) => {
            response.statusCode = request.url === "/health" ? healthStatus : 200;
            response.end();
        };
        const { estate, registration } = await serve();
        await world.until(() => balancers.targetsHealthy(estate.dnsName));
        healthStatus = 500;
        await world.until(() => registration.state === "unhealthy");
        expect(balancers.targetsHealthy(`${estate.dnsName}.`)).to.be.false;
        expect((await get(estate, "/")).status).to.equal(200);
        healthStatus = 200;
        await world.until(() => registration.state === "healthy");
        expect(balancers.targetsHealthy(estate.dnsName)).to.be.true;
    });

    it("has no healthy targets where a group is empty or the name is unknown", async () => {
        const estate = declareEstate(world);
        await balancers.settled();
        expect(balancers.targetsHealthy(estate.dnsName)).to.be.false;
        expect(balancers.targetsHealthy("other.us-east-1.elb.amazonaws.com")).to.be.false;
    });

    it("publishes request and host metrics under the balancer's and the group's dimensions", async () => {
        const { estate, registration } = await serve();
        await world.until(() => registration.state === "healthy");
        await get(estate, "/catalogue");
        await world.until(() => metrics.named("HealthyHostCount").length > 0);
        const { balancer, group } = estate.suffix;
        expect(metrics.named("RequestCount").map(({ dimensions }) => dimensions)).to.deep.equal([
            { LoadBalancer: balancer },
            { LoadBalancer: balancer, TargetGroup: group },
        ]);
        expect(metrics.named("HTTPCode_Target_2XX_Count")).to.have.length(2);
        expect(metrics.named("HealthyHostCount").at(-1)).to.deep.include({
            region: "us-east-1",
            namespace: "AWS/ApplicationELB",
            value: 3,
            dimensions: { LoadBalancer: balancer, TargetGroup: group },
        });
    });

    it("fails the given share of requests in a gray region, never the health check", async () => {
        const { estate } = await serve();
        world.faults.inject({ kind: "gray", region: "us-east-1", errorRate: 0.4, latencyMs: 0 });
        const statuses: number[] = [];
        for (let i = 0; i < 100; i++) {
            statuses.push((await get(estate, "/catalogue")).status);
            expect((await get(estate, "/health")).status).to.equal(200);
        }
        const failed = statuses.filter((status) => status === 500).length;
        expect(failed).to.be.within(25, 55);
        expect(metrics.named("HTTPCode_Target_5XX_Count")).to.have.length(2 * failed);
        expect(metrics.named("HTTPCode_ELB_5XX_Count")).to.be.empty;
    });

    it("adds a gray region's latency in world time", async () => {
        const { estate } = await serve();
        world.faults.inject({
            kind: "gray",
            region: "us-east-1",
            errorRate: 0,
            latencyMs: 20_000,
        });
        const beforeMs = world.clock.now();
        expect((await get(estate, "/catalogue")).status).to.equal(200);
        expect(world.clock.now() - beforeMs).to.be.at.least(20_000);
        expect(metrics.named("TargetResponseTime")[0]?.value).to.be.at.least(20);
    });

    it("says nothing at all in a blackout and breaks what it held when that heals", async () => {
        const { estate } = await serve();
        const address = world.network.resolveAwsName(estate.dnsName)?.[0] ?? "";
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        const socket = net.connect({ host: address, port: world.network.ports.https });
        await once(socket, "connect");
        let said = "";
        socket.on("data", (chunk) => (said += chunk.toString("hex")));
        socket.on("error", () => {});
        socket.write("GET / HTTP/1.1\r\n\r\n");
        await world.clock.sleep(60_000);
        expect(socket.destroyed).to.be.false;
        const closed = once(socket, "close");
        world.faults.healAll();
        await closed;
        expect(said).to.equal("");
        expect((await get(estate, "/")).status).to.equal(200);
    });

    it("falls silent on a connection that was open before the blackout", async () => {
        const { estate } = await serve();
        const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
        const options = {
            host: world.network.resolveAwsName(estate.dnsName)?.[0],
            port: world.network.ports.https,
            localAddress: shopper,
            servername: "app.example.com",
            ca: certificates.caPem,
            agent,
        };
        const first = https.get(options);
        const [response] = (await once(first, "response")) as [http.IncomingMessage];
        response.resume();
        await once(response, "end");
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        const second = https.get(options);
        const ended = new Promise((resolve) => {
            second.once("response", () => resolve("answered"));
            second.once("error", () => resolve("broken"));
        });
        await once(second, "finish");
        await world.until(() =>
            world.journal.since(0).some(({ outcome }) => outcome === "timeout"),
        );
        world.faults.healAll();
        expect(await ended).to.equal("broken");
        agent.destroy();
    });

    it("cuts only the two regions of a partition", async () => {
        const { estate } = await serve();
        world.faults.inject({ kind: "partition", between: ["us-east-1", "eu-west-1"] });
        const inside = world.network.egressAddress("eu-west-1");
        const error = await get(estate, "/", { from: inside }).catch((e: unknown) => e);
        expect(error).to.have.property("code", "timeout");
        const other = world.network.egressAddress("ap-south-1");
        expect((await get(estate, "/", { from: other })).status).to.equal(200);
    });

    it("journals who asked, and health checkers apart from everybody else", async () => {
        const { estate } = await serve();
        await get(estate, "/catalogue?limit=1");
        await get(estate, "/health", { from: world.network.checkerAddress("sa-east-1") });
        expect(world.journal.since(0).map((record) => ({ ...record, atMs: 0 }))).to.deep.equal([
            {
                atMs: 0,
                caller: "shopper:5",
                plane: "data",
                service: "http",
                action: "GET /catalogue 200",
                region: "us-east-1",
                outcome: "ok",
            },
            {
                atMs: 0,
                caller: "checker:sa-east-1",
                plane: "data",
                service: "health-check",
                action: "GET /health 200",
                region: "us-east-1",
                outcome: "ok",
            },
        ]);
    });

    it("stops listening when it is deleted, and its name is gone", async () => {
        const { estate } = await serve();
        const address = world.network.resolveAwsName(estate.dnsName)?.[0] ?? "";
        expect((await get(estate, "/")).status).to.equal(200);
        world.store.delete("aws:lb/loadBalancer:LoadBalancer", "us-east-1", estate.balancerArn);
        await balancers.settled();
        expect(world.network.resolveAwsName(estate.dnsName)).to.be.undefined;
        const error = await world.network
            .request({
                from: shopper,
                to: address,
                port: 443,
                tls: true,
                host: estate.dnsName,
                method: "GET",
                path: "/",
                timeoutMs: 1000,
            })
            .catch((e: unknown) => e);
        expect(error).to.have.property("code", "refused");
    });

    it("serves a changed certificate without a restart", async () => {
        const { estate } = await serve();
        const certificate = world.store.list("aws:acm/certificate:Certificate")[0];
        world.declare(
            "aws:acm/certificate:Certificate",
            "us-east-1",
            certificate?.id ?? "",
            { domainName: "shop.example.com" },
            { arn: certificate?.id },
        );
        await balancers.settled();
        expect((await get(estate, "/", { host: "shop.example.com" })).status).to.equal(200);
        const error = await get(estate, "/").catch((e: unknown) => e);
        expect(error).to.have.property("code", "tls");
    });
});
