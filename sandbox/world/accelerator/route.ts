import { createHash } from "node:crypto";

import { latencyMs } from "../geography";
import type { Endpoint, EndpointGroup, Listener } from "./model";

/** How many further groups are tried when the one that was chosen has nothing healthy. */
const mostFailovers = 3;

/** One connection, as the hash of a listener's client affinity sees it. */
export interface Flow {
    readonly sourceAddress: string;
    readonly sourcePort: number;
    readonly destinationAddress: string;
    readonly destinationPort: number;
}

/** Two numbers, uniform in [0, 1): the same for the same flow. */
export interface Draws {
    /** Against the dials. */
    readonly dial: number;
    /** Against the weights of a group. */
    readonly endpoint: number;
}

export interface Route {
    readonly group: EndpointGroup;
    readonly endpoint: Endpoint;
}

/**
 * `NONE` hashes the five-tuple, so that each connection is drawn anew; `SOURCE_IP` hashes the
 * client's and the accelerator's address, so that a client stays where it is.
 *
 * @see https://docs.aws.amazon.com/global-accelerator/latest/dg/about-listeners-client-affinity.html
 */
export function drawsOf(
    flow: Flow,
    { clientAffinity, protocol }: Pick<Listener, "clientAffinity" | "protocol">,
): Draws {
    const { sourceAddress, sourcePort, destinationAddress, destinationPort } = flow;
    const tuple =
        clientAffinity === "SOURCE_IP"
            ? [sourceAddress, destinationAddress]
            : [sourceAddress, sourcePort, destinationAddress, destinationPort, protocol];
    const digest = createHash("sha256").update(tuple.join(" ")).digest();
    return {
        dial: digest.readUInt32BE(0) / 2 ** 32,
        endpoint: digest.readUInt32BE(4) / 2 ** 32,
    };
}

/**
 * Where Global Accelerator sends a connection. The dials choose a group, nearest to the client first,
 * whatever its health. When it has no healthy endpoint with a weight, the three nearest others are
 * tried, whatever their dials. When none of those has one either, it fails open: to any endpoint of
 * the group nearest to the client.
 *
 * @param geography code of the client's geography
 * @returns undefined when there is nowhere to send it
 * @see https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-endpoint-weights.unhealthy-endpoints.html
 */
export function routeOf(
    groups: readonly EndpointGroup[],
    geography: string,
    healthy: (endpoint: Endpoint) => boolean,
    draws: Draws,
): Route | undefined {
    const near = [...groups].sort(
        (a, b) => latencyMs(geography, a.region) - latencyMs(geography, b.region),
    );
    const original = dialled(near, draws.dial);
    if (original === undefined) {
        return undefined;
    }
    const others = near.filter((group) => group !== original).slice(0, mostFailovers);
    for (const group of [original, ...others]) {
        const endpoint = weighted(group.endpoints.filter(healthy), draws.endpoint);
        if (endpoint !== undefined) {
            return { group, endpoint };
        }
    }
    const [group] = near.filter(({ endpoints }) => endpoints.length > 0);
    const endpoint = group?.endpoints[Math.floor(draws.endpoint * group.endpoints.length)];
    return group === undefined || endpoint === undefined ? undefined : { group, endpoint };
}

/**
 * Each group takes its dial's share of what the nearer ones left over. The farthest that takes
 * anything takes all that is left: of two groups at 50 %, each serves half of either's clients.
 *
 * @see https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoint-groups-traffic-dial.html
 */
function dialled(near: readonly EndpointGroup[], draw: number): EndpointGroup | undefined {
    const open = near.filter(({ dialPercent }) => dialPercent > 0);
    let left = draw;
    for (const group of open) {
        const share = group.dialPercent / 100;
        if (left < share) {
            return group;
        }
        left = (left - share) / (1 - share);
    }
    return open.at(-1);
}

/** @see https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-endpoint-weights.html */
function weighted(endpoints: readonly Endpoint[], draw: number): Endpoint | undefined {
    let left = draw * endpoints.reduce((sum, { weight }) => sum + weight, 0);
    return endpoints.find(({ weight }) => (left -= weight) < 0);
}
