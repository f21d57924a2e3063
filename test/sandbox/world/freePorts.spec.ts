import { execFileSync } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import net from "node:net";

import { expect } from "chai";

import { AddressError, checkPorts } from "../../../sandbox/world/freePorts";
import { geographies } from "../../../sandbox/world/geography";
import { awsRegions, dnsAddress, Network } from "../../../sandbox/world/network";
import { smallWorld, type SmallWorld } from "../../support/smallWorld";

describe("checkPorts", () => {
    let world: SmallWorld;

    beforeEach(async () => {
        world = await smallWorld();
    });

    afterEach(() => world.end());

    it("finds nothing wrong with free ports, and leaves them free", async () => {
        await checkPorts(world.network);
        await checkPorts(world.network);
    });

    it("names the port, the address and the option when a load balancer's port is in use", async () => {
        const server = net.createServer().listen(world.network.ports.https, "127.10.6.1");
        await once(server, "listening");
        const error = await checkPorts(world.network).catch((e: unknown) => e);
        server.close();
        expect(error).to.be.instanceOf(AddressError);
        expect((error as Error).message).to.equal(
            `port ${world.network.ports.https} on 127.10.6.1 is in use; stop what uses it, or choose another with ports.https`,
        );
    });

    it("sees a DNS port that is taken for UDP alone", async () => {
        const socket = dgram.createSocket("udp4");
        socket.bind(world.network.ports.dns, dnsAddress);
        await once(socket, "listening");
        const error = await checkPorts(world.network).catch((e: unknown) => e);
        socket.close();
        expect((error as Error).message).to.match(
            /^port \d+ on 127\.53\.0\.1 is in use;.*ports\.dns$/,
        );
    });

    it("names the command that makes every loopback address where the machine lacks them", async () => {
        const { clock, faults, network } = world;
        class Elsewhere extends Network {
            // An address for documentation: no machine has it.
            override apiAddress(): string {
                return "203.0.113.1";
            }
        }
        const lacking = new Elsewhere(clock, faults, network.ports);
        const error: unknown = await checkPorts(lacking).catch((e: unknown) => e);
        expect(error).to.be.instanceOf(AddressError);
        const command = (error as Error).message.split("\n")[1] ?? "";
        const dry = command.replace("sudo ifconfig lo0 alias", "echo");
        const made = execFileSync("bash", ["-c", dry], { encoding: "utf8" }).trim().split("\n");
        for (const region of awsRegions) {
            expect(made).to.include.members([
                network.loadBalancerAddress(region, "arn"),
                network.taskAddress(region, "task"),
                network.s3Address(region),
                network.apiAddress(region),
                network.egressAddress(region),
                network.checkerAddress(region),
            ]);
        }
        geographies.forEach((_, index) => {
            expect(made).to.include(network.shopperAddress(index, 0));
            expect(made).to.include(network.shopperAddress(index, 9));
        });
        expect(made).to.include(dnsAddress);
    });

    it("refuses a port that is none, and one port for two purposes", async () => {
        const { clock, faults, network } = world;
        const wrong = new Network(clock, faults, { ...network.ports, api: 70_000 });
        expect(await checkPorts(wrong).catch((e: unknown) => String(e))).to.equal(
            "AddressError: ports.api must be a whole number from 1 to 65535, got 70000",
        );
        const twice = new Network(clock, faults, { ...network.ports, http: network.ports.https });
        expect(await checkPorts(twice).catch((e: unknown) => String(e))).to.match(
            /ports\.http is \d+, which another option has already/,
        );
    });
});
