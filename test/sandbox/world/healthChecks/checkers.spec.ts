import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { TLSSocket } from "node:tls";

import { expect } from "chai";

import { Certificates } from "../../../../sandbox/world/certificates";
import { HealthCheckers, propagationMs } from "../../../../sandbox/world/healthChecks";
import type { Props } from "../../../../sandbox/world/store";
import { RecordedMetrics, type SmallWorld, smallWorld } from "../../../support/smallWorld";

const type = "aws:route53/healthCheck:HealthCheck";
const endpoint = "127.10.6.1";
const threeRegions = ["us-east-1", "eu-west-1", "sa-east-1"];

interface Hit {
    readonly atMs: number;
    readonly from: string;
    readonly host: string | undefined;
    readonly serverName: string | false | undefined;
}

describe("HealthCheckers", () => {
    let world: SmallWorld;
    let metrics: RecordedMetrics;
    let checkers: HealthCheckers;
    let server: https.Server;
    let answer: http.RequestListener;
    let hits: Hit[];
    let connections: number;
    let alarm: string | undefined;
    let addresses: readonly string[];

    beforeEach(async () => {
        world = await smallWorld();
        metrics = new RecordedMetrics();
        hits = [];
        connections = 0;
        alarm = undefined;
        addresses = [endpoint];
        answer = (_request, response) => response.end("fine");
        const certificates = await Certificates.open(world.home);
        // A name that nobody asks for: checkers do not look.
        server = https.createServer(
            await certificates.for(["other.example.net"]),
            (request, response) => {
                const socket = request.socket as TLSSocket & {
                    readonly servername?: string | false;
                };
                hits.push({
                    atMs: world.clock.now(),
                    from: socket.remoteAddress ?? "",
                    host: request.headers.host,
                    serverName: socket.servername,
                });
                answer(request, response);
            },
        );
        // Real seconds mean nothing here.
        server.keepAliveTimeout = 0;
        server.on("connection", () => connections++);
        await listen();
        checkers = new HealthCheckers(world, {
            resolve: () => addresses,
            metrics,
            alarmState: (region, name) =>
                region === "eu-west-1" && name === "errors" ? alarm : undefined,
        });
        await checkers.start();
    });

    afterEach(async () => {
        await checkers.stop();
        await close();
        world.end();
    });

    const listen = async (): Promise<void> => {
        server.listen(world.network.ports.https, endpoint);
        await once(server, "listening");
    };
    const close = (): Promise<void> =>
        new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
        });
    const declare = (id: string, inputs: Props): void => world.declare(type, "global", id, inputs);
    const https443 = (more: Props = {}): Props => ({
        type: "HTTPS",
        fqdn: "shop.example.com",
        port: 443,
        resourcePath: "/health",
        requestInterval: 10,
        failureThreshold: 3,
        regions: threeRegions,
        ...more,
    });
    /** World time from now until the check has the status. */
    const until = async (id: string, healthy: boolean): Promise<number> => {
        const fromMs = world.clock.now();
        await world.until(() => checkers.healthy(id) === healthy);
        return (checkers.status(id)?.sinceMs ?? NaN) - fromMs;
    };
    const probed = (count: number): Promise<void> => world.until(() => hits.length >= count);

    it("probes from every region's address, each on its own ten seconds", async () => {
        declare("check", https443());
        await probed(15);
        for (const region of threeRegions) {
            const times = hits
                .filter(({ from }) => from === world.network.checkerAddress(region))
                .map(({ atMs }) => atMs);
            expect(times.length, region).to.be.greaterThan(3);
            times.slice(1).forEach((atMs, index) => {
                expect(atMs - (times[index] ?? 0)).to.be.closeTo(10_000, 3000);
            });
        }
        expect(new Set(hits.map(({ from }) => from)).size).to.equal(3);
    });

    it("uses the eight regions and thirty seconds by default", async () => {
        declare("check", { type: "HTTPS", fqdn: "shop.example.com" });
        await probed(9);
        expect(new Set(hits.slice(0, 8).map(({ from }) => from)).size).to.equal(8);
    });

    it("names the server in TLS and in the request, and does not look at the certificate", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        await probed(3);
        expect(hits[0]).to.deep.include({
            host: "shop.example.com",
            serverName: "shop.example.com",
        });
        await world.until(() => checkers.status("check")?.observations.length === 3);
        const [observation] = checkers.status("check")?.observations ?? [];
        expect(observation?.status).to.equal("Success: HTTP Status Code 200, OK");
        expect(observation?.address).to.match(/^15\.177\./);
    });

    it("keeps a connection for each checker, and takes a new one when it was closed", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        await probed(9);
        expect(connections).to.equal(3);
        server.closeAllConnections();
        await probed(18);
        expect(connections).to.be.within(6, 9);
        expect(checkers.healthy("check")).to.equal(true);
    });

    it("does not take the end of a kept connection for the endpoint's", async () => {
        const seen = new Map<net.Socket, number>();
        answer = (request, response) => {
            const count = (seen.get(request.socket) ?? 0) + 1;
            seen.set(request.socket, count);
            if (count > 1) {
                request.socket.destroy();
            } else {
                response.end();
            }
        };
        const changes: boolean[] = [];
        checkers.on("change", ({ healthy }) => changes.push(healthy));
        declare("check", https443({ failureThreshold: 1 }));
        await probed(20);
        expect([...seen.values()].some((count) => count > 1)).to.equal(true);
        expect(changes).to.deep.equal([]);
        expect(checkers.status("check")?.observations.map(({ status }) => status)).to.deep.equal(
            threeRegions.map(() => "Success: HTTP Status Code 200, OK"),
        );
    });

    it("fails an endpoint that breaks every new connection", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        await probed(6);
        answer = (request) => request.socket.destroy();
        await until("check", false);
        expect(checkers.status("check")?.observations[0]?.status).to.match(/^Failure: /);
    });

    it("is healthy from the start, unhealthy after three failures and a little, and back", async () => {
        declare("check", https443());
        expect(checkers.healthy("check")).to.equal(true);
        await probed(9);
        answer = (_request, response) => response.writeHead(503).end();
        // The last of three checkers has seen three failures at the latest after 30 seconds.
        const detected = await until("check", false);
        expect(detected).to.be.within(20_000, 33_000 + propagationMs);
        answer = (_request, response) => response.end();
        expect(await until("check", true)).to.be.within(20_000, 33_000 + propagationMs);
    });

    it("stays healthy while one of three checkers gets through", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        await probed(6);
        const lucky = world.network.checkerAddress("sa-east-1");
        answer = (request, response) =>
            response.writeHead(request.socket.remoteAddress === lucky ? 200 : 500).end();
        await world.clock.sleep(60_000);
        expect(checkers.healthy("check")).to.equal(true);
    });

    it("needs two of eight", async () => {
        declare("check", https443({ failureThreshold: 1, regions: undefined }));
        await probed(16);
        const lucky = ["sa-east-1", "us-west-2"].map((region) =>
            world.network.checkerAddress(region),
        );
        answer = (request, response) =>
            response
                .writeHead(lucky.includes(request.socket.remoteAddress ?? "") ? 200 : 500)
                .end();
        await world.clock.sleep(60_000);
        expect(checkers.healthy("check")).to.equal(true);
        lucky.pop();
        await until("check", false);
    });

    it("tells DNS of a change a little after a checker's last word", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        await probed(6);
        answer = (_request, response) => response.writeHead(500).end();
        const seen: { readonly id: string; readonly healthy: boolean; readonly atMs: number }[] =
            [];
        checkers.on("change", (change) => seen.push(change));
        const before = hits.length;
        await until("check", false);
        const turned = hits
            .slice(before)
            .filter(({ from }, index, all) => all.findIndex((hit) => hit.from === from) === index);
        expect(seen).to.have.length(1);
        expect(seen[0]).to.deep.include({ id: "check", healthy: false });
        const last = turned.at(-1)?.atMs ?? NaN;
        expect((seen[0]?.atMs ?? 0) - last).to.be.within(propagationMs - 1, propagationMs + 1000);
    });

    it("passes what redirects and fails what it cannot find", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        answer = (_request, response) => response.writeHead(302, { location: "/" }).end();
        await probed(6);
        expect(checkers.healthy("check")).to.equal(true);
        answer = (_request, response) => response.writeHead(404).end();
        await until("check", false);
        expect(checkers.status("check")?.observations[0]?.status).to.equal(
            "Failure: HTTP Status Code 404, Not Found",
        );
    });

    it("looks for the string in the first 5120 bytes only", async () => {
        declare(
            "check",
            https443({ type: "HTTPS_STR_MATCH", searchString: "evacuate", failureThreshold: 1 }),
        );
        answer = (_request, response) => response.end(`${"x".repeat(5112)}evacuate`);
        await probed(6);
        await world.clock.sleep(5000);
        expect(checkers.healthy("check")).to.equal(true);
        answer = (_request, response) => response.end(`${"x".repeat(5113)}evacuate`);
        await until("check", false);
    });

    it("gives an endpoint two seconds to answer", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        const slow = (delayMs: number): void => {
            answer = (_request, response) =>
                void world.clock.delay(delayMs).then(() => response.end());
        };
        slow(1000);
        await probed(6);
        await world.clock.sleep(10_000);
        expect(checkers.healthy("check")).to.equal(true);
        slow(2600);
        await until("check", false);
        expect(checkers.status("check")?.observations[0]?.status).to.match(
            /^Failure: Connection timed out/,
        );
    });

    it("fails in a lost region after four seconds each, and where nothing listens at once", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        await probed(6);
        world.faults.inject({ kind: "blackout", region: "eu-west-1" });
        const silent = hits.length;
        await until("check", false);
        expect(hits.length).to.equal(silent);
        expect(checkers.status("check")?.observations[0]?.status).to.match(/timed out/);
        world.faults.healAll();
        await until("check", true);
        await close();
        await until("check", false);
        expect(checkers.status("check")?.observations[0]?.status).to.equal(
            "Failure: Connection refused",
        );
        await listen();
        await until("check", true);
    });

    it("fails when the name has no address", async () => {
        addresses = [];
        declare("check", https443({ failureThreshold: 1 }));
        await until("check", false);
        expect(checkers.status("check")?.observations[0]?.status).to.match(/DNS resolution failed/);
        expect(hits).to.deep.equal([]);
    });

    it("probes TCP by the connection alone", async () => {
        declare("check", https443({ type: "TCP", resourcePath: undefined, failureThreshold: 1 }));
        await world.until(() => connections >= 6);
        expect(checkers.healthy("check")).to.equal(true);
        expect(hits).to.deep.equal([]);
        await close();
        await until("check", false);
        await listen();
    });

    it("inverts: unhealthy until there is data, then the opposite", async () => {
        declare(
            "vote",
            https443({
                type: "HTTPS_STR_MATCH",
                searchString: "evacuate",
                invertHealthcheck: true,
                failureThreshold: 1,
            }),
        );
        expect(checkers.healthy("vote")).to.equal(false);
        answer = (_request, response) => response.end("in-service");
        await until("vote", true);
        answer = (_request, response) => response.end("evacuate");
        expect(await until("vote", false)).to.be.below(10_000 + propagationMs + 2000);
        // Out of reach is no match, so no vote.
        world.faults.inject({ kind: "blackout", region: "eu-west-1" });
        await until("vote", true);
    });

    it("does not probe a disabled check, which is healthy, or unhealthy when inverted", async () => {
        addresses = [];
        declare("check", https443({ disabled: true }));
        declare("inverse", https443({ disabled: true, invertHealthcheck: true }));
        await world.clock.sleep(60_000);
        expect(hits).to.deep.equal([]);
        expect(checkers.healthy("check")).to.equal(true);
        expect(checkers.healthy("inverse")).to.equal(false);
        expect(checkers.status("check")?.observations).to.deep.equal([]);
    });

    it("counts children, in the time of one", async () => {
        const leaf = https443({ failureThreshold: 1 });
        declare("one", { ...leaf, resourcePath: "/one" });
        declare("two", { ...leaf, resourcePath: "/two" });
        declare("off", { ...leaf, disabled: true });
        const calculated = (
            childHealthThreshold: number,
            ...childHealthchecks: string[]
        ): Props => ({
            type: "CALCULATED",
            childHealthThreshold,
            childHealthchecks,
        });
        declare("both", calculated(2, "one", "two"));
        declare("either", calculated(1, "one", "two"));
        declare("not-both", { ...calculated(2, "one", "two"), invertHealthcheck: true });
        declare("with-off", calculated(2, "two", "off"));
        declare("none", calculated(0, "one"));
        declare("never", calculated(3, "one", "two"));
        const ids = ["one", "both", "either", "not-both", "with-off", "none", "never"];
        const now = (): readonly boolean[] => ids.map((id) => checkers.healthy(id));
        expect(now()).to.deep.equal([true, true, true, false, true, true, false]);

        answer = (request, response) =>
            response.writeHead(request.url === "/one" ? 500 : 200).end();
        await until("one", false);
        await world.clock.sleep(100);
        expect(now()).to.deep.equal([false, false, true, true, true, true, false]);
        const since = ["one", "both", "not-both"].map((id) => checkers.status(id)?.sinceMs ?? 0);
        expect(Math.max(...since) - Math.min(...since)).to.be.below(100);

        answer = (_request, response) => response.writeHead(500).end();
        await until("either", false);
    });

    it("has the right start from an account that was there before, whatever the order", async () => {
        const again = new HealthCheckers(world, { resolve: () => [], metrics });
        declare("parent", {
            type: "CALCULATED",
            childHealthThreshold: 1,
            childHealthchecks: ["vote"],
        });
        declare("vote", https443({ invertHealthcheck: true }));
        await again.start();
        expect(again.healthy("parent")).to.equal(false);
        await again.stop();
    });

    it("follows an alarm, and the chosen status while that has no data", async () => {
        const follow = (insufficientDataHealthStatus: string): Props => ({
            type: "CLOUDWATCH_METRIC",
            cloudwatchAlarmName: "errors",
            cloudwatchAlarmRegion: "eu-west-1",
            insufficientDataHealthStatus,
        });
        alarm = "OK";
        declare("last", follow("LastKnownStatus"));
        declare("bad", follow("Unhealthy"));
        declare("good", follow("Healthy"));
        expect(checkers.healthy("bad")).to.equal(true);
        alarm = "ALARM";
        await until("last", false);
        await until("good", false);
        alarm = "INSUFFICIENT_DATA";
        await until("good", true);
        expect(checkers.healthy("last")).to.equal(false);
        expect(checkers.healthy("bad")).to.equal(false);
    });

    it("goes on while the control plane is down", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        world.faults.inject({ kind: "control-planes", region: "us-east-1" });
        await probed(6);
        answer = (_request, response) => response.writeHead(500).end();
        await until("check", false);
    });

    it("probes what a changed check says, and stops with a deleted one", async () => {
        const paths: (string | undefined)[] = [];
        answer = (request, response) => {
            paths.push(request.url);
            response.end();
        };
        declare("check", https443({ failureThreshold: 1 }));
        await probed(3);
        declare("check", https443({ failureThreshold: 1, resourcePath: "other" }));
        const from = paths.length;
        await probed(from + 6);
        expect(new Set(paths.slice(from + 1))).to.deep.equal(new Set(["/other"]));
        world.store.delete(type, "global", "check");
        const stopped = hits.length;
        await world.clock.sleep(60_000);
        expect(hits.length).to.be.within(stopped, stopped + 1);
        expect(checkers.status("check")).to.equal(undefined);
        expect(checkers.healthy("check")).to.equal(true);
    });

    it("keeps what it knew of an endpoint when the check changes", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        answer = (_request, response) => response.writeHead(500).end();
        await until("check", false);
        declare("check", https443({ failureThreshold: 2 }));
        await world.clock.sleep(propagationMs + 1000);
        expect(checkers.healthy("check")).to.equal(false);
    });

    it("publishes its metrics in us-east-1 every minute, and not while that is lost", async () => {
        declare("check", https443({ failureThreshold: 1 }));
        declare("parent", {
            type: "CALCULATED",
            childHealthThreshold: 1,
            childHealthchecks: ["check"],
        });
        await world.until(() => metrics.named("ChildHealthCheckHealthyCount").length > 0);
        expect(metrics.named("HealthCheckStatus")[0]).to.deep.equal({
            region: "us-east-1",
            namespace: "AWS/Route53",
            metric: "HealthCheckStatus",
            dimensions: { HealthCheckId: "check" },
            value: 1,
        });
        expect(metrics.named("HealthCheckPercentageHealthy")[0]?.value).to.equal(100);
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        const before = metrics.samples.length;
        await world.clock.sleep(180_000);
        expect(metrics.samples.length).to.equal(before);
    });

    it("probes an address without a name, over HTTP", async () => {
        const hosts: (string | undefined)[] = [];
        const plain = http.createServer((request, response) => {
            hosts.push(request.headers.host);
            response.end();
        });
        plain.listen(world.network.ports.http, endpoint);
        await once(plain, "listening");
        expect((plain.address() as net.AddressInfo).port).to.equal(world.network.ports.http);
        declare("check", { type: "HTTP", ipAddress: endpoint, requestInterval: 10 });
        await world.until(() => hosts.length >= 3);
        plain.close();
        expect(hosts[0]).to.equal(endpoint);
    });
});
