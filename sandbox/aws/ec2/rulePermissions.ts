import type { Props } from "../../world/store";
import { number, text } from "../support/known";
import { parseCidr, parseIpv6Cidr } from "../support/cidr";
import type { Problems } from "../support/problems";

/** Rules a security group takes in each direction: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
export const rulesPerDirection = 60;

/**
 * Protocol and ports of a rule.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 */
export function checkPorts(
    problems: Problems,
    rule: Props,
    protocolProperty: string,
    path = "",
): void {
    const protocol = text(rule, protocolProperty);
    if (protocol === undefined) {
        return;
    }
    const known = ["-1", "tcp", "udp", "icmp", "icmpv6", "all"];
    if (!known.includes(protocol) && !/^\d{1,3}$/.test(protocol)) {
        problems.add(
            path + protocolProperty,
            `must be one of -1, tcp, udp, icmp, icmpv6 or a protocol number, got "${protocol}"`,
        );
        return;
    }
    const from = number(rule, "fromPort");
    const to = number(rule, "toPort");
    if (["tcp", "udp", "6", "17"].includes(protocol)) {
        problems.range(rule, "fromPort", 0, 65535, path);
        problems.range(rule, "toPort", 0, 65535, path);
        if (!("fromPort" in rule) || !("toPort" in rule)) {
            problems.add(
                `${path}fromPort`,
                `fromPort and toPort must be set for protocol ${protocol}`,
            );
        }
        if (from !== undefined && to !== undefined && from > to) {
            problems.add(`${path}fromPort`, `must not be above toPort ${to}, got ${from}`);
        }
    } else if (protocol === "icmp" || protocol === "icmpv6") {
        problems.range(rule, "fromPort", -1, 255, path);
        problems.range(rule, "toPort", -1, 255, path);
    } else if ((from ?? 0) > 0 || (to ?? 0) > 0) {
        problems.add(
            `${path}fromPort`,
            `protocol ${protocol} covers all ports: leave fromPort and toPort out, got ${from} to ${to}`,
        );
    }
}

export function checkPeer(problems: Problems, property: string, block: string, path = ""): void {
    const ipv6 = property.toLowerCase().includes("ipv6");
    const valid = ipv6 ? parseIpv6Cidr(block) !== undefined : parseCidr(block) !== undefined;
    if (!valid) {
        problems.add(
            path + property,
            `must be an ${ipv6 ? "IPv6" : "IPv4"} CIDR block without host bits, got "${block}"`,
        );
    }
}
