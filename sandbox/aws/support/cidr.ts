import { isIPv6 } from "node:net";

/** An IPv4 range: its first address as a number, and its prefix length. */
export interface Cidr {
    readonly first: number;
    readonly prefix: number;
}

/** Undefined unless `value` is an IPv4 CIDR block without host bits, such as `10.0.0.0/16`. */
export function parseCidr(value: string): Cidr | undefined {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(value);
    const parts = match?.slice(1).map(Number);
    if (parts === undefined || parts.some((part, i) => part > (i === 4 ? 32 : 255))) {
        return undefined;
    }
    const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = parts;
    const first = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
    return first % size({ first, prefix }) === 0 ? { first, prefix } : undefined;
}

/** How many addresses the block has. */
export function size(cidr: Cidr): number {
    return 2 ** (32 - cidr.prefix);
}

export function contains(outer: Cidr, inner: Cidr): boolean {
    return inner.first >= outer.first && inner.first + size(inner) <= outer.first + size(outer);
}

export function overlap(a: Cidr, b: Cidr): boolean {
    return a.first < b.first + size(b) && b.first < a.first + size(a);
}

/** An IPv6 range: its first address as a number, and its prefix length. */
export interface Ipv6Cidr {
    readonly first: bigint;
    readonly prefix: number;
}

/** Undefined unless `value` is an IPv6 CIDR block without host bits, such as `2600:1f18:ab:cd00::/56`. */
export function parseIpv6Cidr(value: string): Ipv6Cidr | undefined {
    const [address = "", length = ""] = value.split("/");
    const prefix = Number(length);
    if (!isIPv6(address) || address.includes(".") || !/^\d{1,3}$/.test(length) || prefix > 128) {
        return undefined;
    }
    const [head = "", tail] = address.split("::");
    const groups = (text: string): string[] => text.split(":").filter((group) => group !== "");
    const before = groups(head);
    const after = groups(tail ?? "");
    const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
    const all = [...before, ...(tail === undefined ? [] : zeros), ...after];
    if (all.length !== 8) {
        return undefined;
    }
    const first = all.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
    return first % ipv6Size({ first, prefix }) === 0n ? { first, prefix } : undefined;
}

export function ipv6Contains(outer: Ipv6Cidr, inner: Ipv6Cidr): boolean {
    return (
        inner.prefix >= outer.prefix && inner.first >> span(outer) === outer.first >> span(outer)
    );
}

/** Two blocks overlap exactly when one contains the other. */
export function ipv6Overlap(a: Ipv6Cidr, b: Ipv6Cidr): boolean {
    return ipv6Contains(a, b) || ipv6Contains(b, a);
}

function ipv6Size(cidr: Ipv6Cidr): bigint {
    return 1n << span(cidr);
}

function span(cidr: Ipv6Cidr): bigint {
    return BigInt(128 - cidr.prefix);
}
