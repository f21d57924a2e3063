import http from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { WorldClock } from "../../../sandbox/world/clock";
import { Faults } from "../../../sandbox/world/faults";
import { awsRegions, defaultPorts, Network, NetworkError } from "../../../sandbox/world/network";

describe("Network", () => {
    let clock: WorldClock;
    let faults: Faults;
    let network: Network;
    let server: http.Server;
    let port: number;

    beforeEach(async () => {
        clock = new WorldClock({ startMs: 0, maxSpeed: 100_000 });
        faults = new Faults();
        network = new Network(clock, faults, defaultPorts);
        server = http.createServer((request, response) =>
            response.end(`${request.headers.host} from ${request.socket.remoteAddress}`),
        );
        await new Promise<void>((resolve) =>
            server.listen(0, network.s3Address("eu-west-1"), resolve),
        );
        port = (server.address() as AddressInfo).port;
    });

    afterEach(async () => {
        clock.stop();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });

    function get(from: string, timeoutMs = 5000, to = network.s3Address("eu-west-1")) {
        return network.request({
            from,
            to,
            port,
            tls: false,
            host: "bucket.example",
            method: "GET",
            path: "/",
            timeoutMs,
        });
    }

    it("sends from the address it is told, so that the other side knows the place", async () => {
        const answer = await get(network.checkerAddress("sa-east-1"));
        expect(answer.body.toString()).to.equal("bucket.example from 127.20.5.1");
        expect(network.placeOf("127.20.5.1")).to.deep.equal({ name: "checker:sa-east-1" });
    });

    it("is a black hole to a lost region: the timeout passes in world time", async () => {
        faults.inject({ kind: "blackout", region: "eu-west-1" });
        const before = clock.now();
        let failure: unknown;
        await get(network.checkerAddress("sa-east-1"), 60_000).catch((e: unknown) => (failure = e));
        expect(failure).to.be.instanceOf(NetworkError).with.property("code", "timeout");
        expect(clock.now() - before).to.be.at.least(60_000);
    });

    it("does not take a busy machine for a slow answer", async () => {
        const answer = get(network.checkerAddress("sa-east-1"), 500);
        const until = performance.now() + 1500;
        while (performance.now() < until);
        expect((await answer).status).to.equal(200);
    });

    it("cuts a partition in both directions and nothing else", async () => {
        faults.inject({ kind: "partition", between: ["eu-west-1", "us-east-1"] });
        expect(
            network.reachable(network.egressAddress("us-east-1"), network.s3Address("eu-west-1")),
        ).to.equal(false);
        expect(
            network.reachable(network.egressAddress("ap-east-1"), network.s3Address("eu-west-1")),
        ).to.equal(true);
        expect((await get(network.shopperAddress(0, 0))).status).to.equal(200);
    });

    it("says refused where nothing listens", async () => {
        let failure: unknown;
        await get("127.0.0.1", 5000, network.s3Address("ap-east-1")).catch(
            (e: unknown) => (failure = e),
        );
        expect(failure).to.be.instanceOf(NetworkError).with.property("code", "refused");
    });

    it("gives every region its own addresses and keeps an owner on its own", () => {
        const all = awsRegions.flatMap((region) => [
            network.loadBalancerAddress(region, `lb-${region}`),
            network.s3Address(region),
            network.apiAddress(region),
            network.egressAddress(region),
            network.taskAddress(region, `task-${region}`),
        ]);
        expect(new Set(all).size).to.equal(all.length);
        const first = network.loadBalancerAddress("eu-west-1", "a");
        const second = network.loadBalancerAddress("eu-west-1", "b");
        network.releaseAddress(first);
        expect(network.loadBalancerAddress("eu-west-1", "b")).to.equal(second);
    });

    it("shows AWS source addresses that policies can name", () => {
        expect(network.publicAddressOf(network.checkerAddress("us-east-1"))).to.match(/^15\.177\./);
        expect(network.publicAddressOf(network.shopperAddress(0, 3))).to.equal("100.64.0.4");
    });

    it("resolves AWS's own names only", () => {
        network.register("lb-1.eu-west-1.elb.amazonaws.com", ["127.10.6.1"]);
        expect(network.resolveAwsName("LB-1.eu-west-1.elb.amazonaws.com.")).to.deep.equal([
            "127.10.6.1",
        ]);
        expect(network.resolveAwsName("any.s3.ap-east-1.amazonaws.com")).to.deep.equal([
            network.s3Address("ap-east-1"),
        ]);
        expect(network.resolveAwsName("app.example.com")).to.equal(undefined);
        network.register("lb-1.eu-west-1.elb.amazonaws.com", []);
        expect(network.resolveAwsName("lb-1.eu-west-1.elb.amazonaws.com")).to.equal(undefined);
    });

    it("refuses a region without a place in the plan, and says where to add it", () => {
        expect(() => network.s3Address("mars-1")).to.throw(RangeError, /awsRegions/);
    });
});
