import { isIPv4, isIPv6 } from "node:net";

import { AwsError } from "../../../aws/awsError";
import type { ClientSubnet } from "../../dns";

/**
 * Who asks, by the parameters of `TestDNSAnswer`: the client subnet if there is one, else the resolver.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_TestDNSAnswer.html
 *
 * @param defaultResolver public address of the resolver that asks when none is named
 * @throws AwsError InvalidInput
 */
export function askingSubnet(query: URLSearchParams, defaultResolver: string): ClientSubnet {
    const subnet = query.get("edns0clientsubnetip");
    if (subnet !== null) {
        const client = address(subnet, "EDNS0ClientSubnetIP");
        return { address: client, prefixLength: mask(query.get("edns0clientsubnetmask"), client) };
    }
    const resolver = address(query.get("resolverip") ?? defaultResolver, "ResolverIP");
    return { address: resolver, prefixLength: bitsOf(resolver) };
}

function address(text: string, what: string): string {
    if (!isIPv4(text) && !isIPv6(text)) {
        throw new AwsError(
            "InvalidInput",
            `${what} must be an IPv4 or IPv6 address, got "${text}"`,
        );
    }
    return text;
}

function bitsOf(client: string): number {
    return isIPv4(client) ? 32 : 128;
}

function mask(given: string | null, client: string): number {
    const most = bitsOf(client);
    const bits = given === null ? (isIPv4(client) ? 24 : 64) : Number(given);
    if (!Number.isInteger(bits) || bits < 0 || bits > most) {
        throw new AwsError(
            "InvalidInput",
            `EDNS0ClientSubnetMask must be from 0 to ${most}, got "${given}"`,
        );
    }
    return bits;
}
