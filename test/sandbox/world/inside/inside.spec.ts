import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Worker } from "node:worker_threads";

import { expect } from "chai";

import { Certificates } from "../../../../sandbox/world/certificates";
import { Inside } from "../../../../sandbox/world/inside/inside";
import type { ListeningMessage } from "../../../../sandbox/world/inside/settings";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { stubDns, type StubDns } from "../../support/stubDns";

const support = path.join(__dirname, "../../support");
const region = "eu-west-1";
/** Port that the program wants to listen at. */
const asked = 8080;

describe("Inside", () => {
    let world: SmallWorld;
    let inside: Inside;
    let dns: StubDns;
    let remote: https.Server;
    let remoteSources: string[];
    let child: ChildProcess;
    let self: { readonly address: string; readonly port: number };

    before(async () => {
        world = await smallWorld();
        const certificates = await Certificates.open(world.home);
        inside = await Inside.prepare(world, certificates.caFile);
        dns = await stubDns(world.network.ports.dns);
        const address = world.network.loadBalancerAddress("ap-south-1", "remote");
        dns.addresses.set("shop.example.com", address);
        dns.addresses.set("other.example.com", address);
        remoteSources = [];
        remote = https.createServer(
            await certificates.for(["shop.example.com"]),
            (request, response) => {
                remoteSources.push(`${request.socket.remoteAddress}:${request.socket.remotePort}`);
                response.end(`you asked ${request.headers.host}`);
            },
        );
        remote.listen(world.network.ports.https, address);
        await once(remote, "listening");

        const ownAddress = world.network.taskAddress(region, "task");
        child = spawn(process.execPath, ["-r", inside.preload, path.join(support, "program.js")], {
            env: { PORT: String(asked), ...inside.taskVariables(region, ownAddress) },
            stdio: ["ignore", "inherit", "inherit", "ipc"],
        });
        const [message] = (await once(child, "message")) as [ListeningMessage];
        expect(message).to.include({ kind: "listening", asked });
        self = { address: ownAddress, port: message.port };
    });

    after(() => {
        child.kill("SIGKILL");
        remote.closeAllConnections();
        remote.close();
        dns.close();
        world.end();
    });

    async function ask(route: string): Promise<Record<string, unknown>> {
        const response = await world.network.request({
            from: world.network.loadBalancerAddress(region, "own"),
            to: self.address,
            port: self.port,
            tls: false,
            host: "self",
            method: "GET",
            path: route,
            timeoutMs: 20_000,
        });
        return JSON.parse(response.body.toString()) as Record<string, unknown>;
    }

    const fetched = (url: string): Promise<Record<string, unknown>> =>
        ask(`/fetch?url=${encodeURIComponent(url)}`);

    it("listens at the task's own address where the program said all interfaces", async () => {
        expect(await ask("/health")).to.equal("ok");
        const elsewhere = http.get({ host: "127.10.9.9", port: self.port });
        const [error] = (await once(elsewhere, "error")) as [NodeJS.ErrnoException];
        expect(error.code).to.equal("ECONNREFUSED");
    });

    it("resolves names by the world's DNS, asking from the region's egress", async () => {
        dns.askers.length = 0;
        expect(await ask("/lookup?name=shop.example.com")).to.deep.equal([
            { address: dns.addresses.get("shop.example.com"), family: 4 },
        ]);
        expect(dns.askers).to.deep.equal([world.network.egressAddress(region)]);
        expect(await ask("/lookup?name=no.example.com")).to.include({ code: "ENOTFOUND" });
    });

    it("reaches port 443 of a name over verified TLS, from the region's egress, on kept connections", async () => {
        remoteSources.length = 0;
        for (let i = 0; i < 3; i++) {
            expect(await fetched("https://shop.example.com/")).to.deep.equal({
                status: 200,
                body: "you asked shop.example.com",
            });
        }
        expect(new Set(remoteSources)).to.have.length(1);
        expect(remoteSources[0]).to.match(new RegExp(`^${world.network.egressAddress(region)}:`));
    });

    it("does not take a certificate for another name", async () => {
        expect(await fetched("https://other.example.com/")).to.include({
            code: "ERR_TLS_CERT_ALTNAME_INVALID",
        });
    });

    it("hides its own settings from the program", async () => {
        expect(await ask("/environment")).to.deep.equal({ PORT: String(asked) });
    });

    it("keeps the machine's time until it is told the world's, then follows", async () => {
        const before = await ask("/time");
        child.send({ kind: "time", offsetMs: inside.offsetMs + 3_600_000 });
        await world.clock.sleep(1);
        let after = await ask("/time");
        while ((after["now"] as number) - (before["now"] as number) < 3_600_000) {
            after = await ask("/time");
        }
        expect((after["ticks"] as number) - (before["ticks"] as number)).to.be.within(359, 362);
    });

    it("ends with the world", async () => {
        const other = spawn(
            process.execPath,
            ["-r", inside.preload, path.join(support, "program.js")],
            {
                env: {
                    PORT: String(asked),
                    ...inside.taskVariables(region, world.network.taskAddress(region, "other")),
                },
                stdio: ["ignore", "inherit", "inherit", "ipc"],
            },
        );
        await once(other, "message");
        other.disconnect();
        const [code] = (await once(other, "exit")) as [number];
        expect(code).to.equal(0);
    });

    it("works in a worker, which keeps the machine's time", async () => {
        const worker = new Worker(path.join(support, "workerProgram.js"), {
            execArgv: ["-r", inside.preload],
            env: { REGION: region, ...inside.workerVariables(region) },
            workerData: { url: "https://shop.example.com/" },
        });
        const beforeMs = Date.now();
        const [message] = (await once(worker, "message")) as [Record<string, unknown>];
        await worker.terminate();
        expect(message).to.deep.include({
            statuses: [200, 200],
            bodies: ["you asked shop.example.com", "you asked shop.example.com"],
            variables: ["REGION"],
        });
        expect(message["now"]).to.be.within(beforeMs, Date.now());
        expect((remote.address() as AddressInfo).port).to.equal(world.network.ports.https);
    });

    it("leaves the world's own sockets and names alone", async () => {
        const address = world.network.s3Address(region);
        const server = http.createServer((request, response) =>
            response.end(request.socket.remoteAddress),
        );
        server.listen(0, address);
        await once(server, "listening");
        const { port } = server.address() as AddressInfo;
        const response = await fetch(`http://${address}:${port}/`);
        expect(await response.text()).to.equal("127.0.0.1");
        server.closeAllConnections();
        server.close();
    });
});
