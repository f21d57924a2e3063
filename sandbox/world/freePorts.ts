import dgram from "node:dgram";
import net from "node:net";

import { geographies } from "./geography";
import {
    acceleratorAddress,
    awsRegions,
    dnsAddress,
    operatorAddress,
    type Network,
    type NetworkPorts,
} from "./network";

/** Thrown before anything starts when the world could not open its sockets. */
export class AddressError extends Error {
    override readonly name = "AddressError";
}

interface Wanted {
    readonly option: keyof NetworkPorts;
    readonly address: string;
    readonly port: number;
    readonly udp?: true;
}

/**
 * Makes sure that the address plan can be had on this machine, by opening each kind of socket once
 * and closing it again.
 *
 * @throws AddressError that names the port, the address and what to change
 */
export async function checkPorts(network: Network): Promise<void> {
    const { ports } = network;
    for (const option of ["https", "http", "dns", "api"] as const) {
        const port = ports[option];
        if (!Number.isInteger(port) || port < 1 || port > 65535) {
            throw new AddressError(
                `ports.${option} must be a whole number from 1 to 65535, got ${port}`,
            );
        }
    }
    const doubled = Object.entries({ https: ports.https, http: ports.http, api: ports.api }).find(
        ([, port], index, all) => all.findIndex(([, other]) => other === port) !== index,
    );
    if (doubled !== undefined) {
        throw new AddressError(
            `ports.${doubled[0]} is ${doubled[1]}, which another option has already; https, http and api need three different ports`,
        );
    }
    await Promise.all(wantedBy(network).map(open));
}

function wantedBy(network: Network): readonly Wanted[] {
    const { ports } = network;
    const api = { option: "api", port: ports.api } as const;
    return [
        { option: "dns", address: dnsAddress, port: ports.dns },
        { option: "dns", address: dnsAddress, port: ports.dns, udp: true },
        { ...api, address: operatorAddress },
        { option: "https", address: acceleratorAddress(1, 1), port: ports.https },
        ...awsRegions.flatMap((region): readonly Wanted[] => {
            // A region's first load balancer; the others have the same ports.
            const balancer = network.s3Address(region).replace(/\d+$/, "1");
            return [
                { ...api, address: network.apiAddress(region) },
                { option: "https", address: network.s3Address(region), port: ports.https },
                { option: "https", address: balancer, port: ports.https },
                { option: "http", address: balancer, port: ports.http },
            ];
        }),
    ];
}

function open(wanted: Wanted): Promise<void> {
    const { address, port, udp } = wanted;
    return new Promise((resolve, reject) => {
        const fail = (error: NodeJS.ErrnoException): void => reject(explain(error, wanted));
        if (udp) {
            const socket = dgram.createSocket("udp4");
            socket.once("error", fail);
            socket.bind(port, address, () => socket.close(() => resolve()));
        } else {
            const server = net.createServer();
            server.once("error", fail);
            server.listen(port, address, () => server.close(() => resolve()));
        }
    });
}

function explain(error: NodeJS.ErrnoException, wanted: Wanted): AddressError {
    const { address, port, option } = wanted;
    switch (error.code) {
        case "EADDRINUSE":
            return new AddressError(
                `port ${port} on ${address} is in use; stop what uses it, or choose another with ports.${option}`,
            );
        case "EADDRNOTAVAIL":
            return new AddressError(
                `${address} is not an address of this machine; on macOS the loopback addresses need aliases, which last until the next restart:\n  ${aliasCommand()}`,
            );
        case "EACCES":
            return new AddressError(
                `port ${port} on ${address} needs more rights than this user has; choose one above 1023 with ports.${option}`,
            );
        default:
            return new AddressError(`cannot listen on ${address}:${port}: ${error.message}`, {
                cause: error,
            });
    }
}

/** A line for a shell that gives macOS every address of the plan that a rehearsal of ordinary size uses. */
function aliasCommand(): string {
    const regions = `{0..${awsRegions.length - 1}}`;
    const addresses = [
        dnsAddress,
        // Two load balancers and four tasks a region: a deployment has the old and the new at once.
        `127.10.${regions}.{1,2,{200..202},{210..213}}`,
        `127.20.${regions}.1`,
        `127.30.{1..${geographies.length}}.{1..10}`,
    ];
    return `for a in ${addresses.join(" ")}; do sudo ifconfig lo0 alias $a; done`;
}
