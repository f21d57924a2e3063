/** Subnets of one availability zone. */
export interface ZoneBlocks {
    /** A /20: tasks and endpoints. */
    readonly privateBlock: string;
    /** A /24: the load balancer's nodes. */
    readonly publicBlock: string;
}

/** How many zones a VPC's /16 is divided for. */
export const mostZones = 8;

/**
 * Carves a /16: private /20 blocks from its start, public /24 blocks from its last eighth. A zone's
 * blocks depend on its position alone, so appending a zone moves nobody.
 *
 * @param vpcBlock such as `10.20.0.0/16`.
 * @param position of the zone in the configured order, from 0 to 7.
 */
export function zoneBlocks(vpcBlock: string, position: number): ZoneBlocks {
    const match = /^(\d+)\.(\d+)\.0\.0\/16$/.exec(vpcBlock);
    if (match === null || position < 0 || position >= mostZones) {
        throw new RangeError(
            `a VPC is a /16 such as 10.20.0.0/16 with up to ${mostZones} zones, got ${vpcBlock} and zone ${position}`,
        );
    }
    const prefix = `${match[1]}.${match[2]}`;
    return {
        privateBlock: `${prefix}.${position * 16}.0/20`,
        publicBlock: `${prefix}.${224 + position}.0/24`,
    };
}

/** The /64 at a position of the /56 that AWS gave a VPC, such as `2600:1f18:abcd:ef00::/56`. */
export function ipv6Block(vpcBlock: string, position: number): string {
    const match = /^([0-9a-f:]+)::\/56$/i.exec(vpcBlock);
    const groups = match?.[1]?.split(":") ?? [];
    if (groups.length < 2 || groups.length > 4 || position < 0 || position > 255) {
        throw new RangeError(
            `an IPv6 VPC block is a /56 such as 2600:1f18:abcd:ef00::/56, got ${vpcBlock} and position ${position}`,
        );
    }
    const padded = [...groups, "0", "0"].slice(0, 4);
    const last = (parseInt(padded[3] as string, 16) + position).toString(16);
    return `${padded.slice(0, 3).join(":")}:${last}::/64`;
}
