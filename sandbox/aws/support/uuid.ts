/** An id as AWS writes it, from 32 hexadecimal digits. */
export function uuid(hex: string): string {
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
