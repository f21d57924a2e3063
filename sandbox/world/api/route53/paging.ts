import { AwsError } from "../../../aws/awsError";
import type { RecordSet } from "../../../aws/route53/recordSet";
import type { XmlElement } from "./xml";

/** Route 53's order: by name with its labels reversed, then type, then set identifier. */
export function inOrder(
    a: Pick<RecordSet, "name" | "type" | "setIdentifier">,
    b: Pick<RecordSet, "name" | "type" | "setIdentifier">,
): number {
    const key = ({ name, type, setIdentifier = "" }: typeof a): string =>
        [name.split(".").reverse().join("\u0001"), type, setIdentifier].join("\u0000");
    const [first, second] = [key(a), key(b)];
    return first < second ? -1 : first > second ? 1 : 0;
}

/** One page of a list that is paged by a marker. */
export function paged<T>(
    items: readonly T[],
    idOf: (item: T) => string,
    query: URLSearchParams,
): { readonly page: readonly T[]; readonly paging: XmlElement } {
    const marker = query.get("marker") ?? "";
    const most = maxItems(query, 100);
    const rest = [...items]
        .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
        .filter((item) => idOf(item) >= marker);
    const next = rest[most];
    return {
        page: rest.slice(0, most),
        paging: {
            Marker: marker,
            IsTruncated: next !== undefined,
            ...(next === undefined ? {} : { NextMarker: idOf(next) }),
            MaxItems: most,
        },
    };
}

/** The page size asked for, at most `most`. @throws AwsError InvalidInput */
export function maxItems(query: URLSearchParams, most: number): number {
    const given = query.get("maxitems");
    if (given !== null && !/^[1-9]\d*$/.test(given)) {
        throw new AwsError("InvalidInput", `MaxItems must be from 1 to ${most}, got "${given}"`);
    }
    return given === null ? most : Math.min(most, Number(given));
}
