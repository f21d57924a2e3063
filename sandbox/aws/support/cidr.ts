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

/** Whether `value` reads as an IPv6 CIDR block. Its host bits are not looked at. */
export function isIpv6Cidr(value: string): boolean {
    return /^[0-9a-f:]*:[0-9a-f:]*\/(\d{1,2}|1[01]\d|12[0-8])$/i.test(value);
}
