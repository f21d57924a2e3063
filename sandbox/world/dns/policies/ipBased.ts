import { BlockList, isIPv6 } from "node:net";

import type { Client, Routed } from "../types";

/**
 * The records whose location holds the client's whole prefix, longest block first, then the default.
 * A block longer than the prefix does not match: it would be a guess.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-ipbased.html
 */
export function rankIpBased(
    group: readonly Routed<"cidr">[],
    client: Client,
): readonly Routed<"cidr">[] {
    const matching = group
        .map((record) => ({
            record,
            length: Math.max(-1, ...record.routing.blocks.map((block) => matched(block, client))),
        }))
        .filter(({ length }) => length >= 0)
        .sort((a, b) => b.length - a.length);
    return [
        ...matching.map(({ record }) => record),
        ...group.filter(({ routing }) => routing.isDefault),
    ];
}

/** Length of the block when it holds the client's prefix, else -1. */
function matched(block: string, client: Client): number {
    const [network = "", bits = ""] = block.split("/");
    const { address } = client;
    const length = Number(bits);
    if (address === undefined || isIPv6(address) !== isIPv6(network)) {
        return -1;
    }
    const family = isIPv6(network) ? "ipv6" : "ipv4";
    if (length > (client.prefixLength ?? (family === "ipv6" ? 128 : 32))) {
        return -1;
    }
    const list = new BlockList();
    list.addSubnet(network, length, family);
    return list.check(address, family) ? length : -1;
}
