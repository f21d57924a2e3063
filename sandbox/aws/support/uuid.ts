/** The first 32 hexadecimal digits in the groups of a UUID. */
export function uuid(hex: string): string {
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
