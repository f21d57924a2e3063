import { BlockList, isIP, isIPv6 } from "node:net";

/** Local, private, shared, benchmarking and multicast networks (RFC 5735, RFC 6598, RFC 5156). */
const unreachable = new BlockList();
for (const [network, length] of [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["224.0.0.0", 3],
] as const) {
    unreachable.addSubnet(network, length, "ipv4");
}
for (const [network, length] of [
    ["::", 127],
    ["fc00::", 7],
    ["fe80::", 10],
    ["ff00::", 8],
] as const) {
    unreachable.addSubnet(network, length, "ipv6");
}

/**
 * Whether health checkers can reach the address at all.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
export function isPublic(address: string): boolean {
    return isIP(address) !== 0 && !unreachable.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
