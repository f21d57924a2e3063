import type { AttributeMap } from "../codec/itemSize";
import { StoreInputError } from "../errors";

const names = ["pk", "sk", "gsi1pk", "gsi1sk"] as const;

/** Where a page ends: the keys of its last item, as a text for clients. */
export function cursorAfter(item: AttributeMap, index: boolean): string {
    const keys = (index ? names : names.slice(0, 2)).map((name) => item[name]?.S ?? "");
    return Buffer.from(JSON.stringify(keys)).toString("base64url");
}

/** The inverse of `cursorAfter`. @throws StoreInputError */
export function startOf(cursor: string, index: boolean): AttributeMap {
    const wanted = index ? names : names.slice(0, 2);
    let keys: unknown;
    try {
        keys = JSON.parse(Buffer.from(cursor, "base64url").toString());
    } catch {
        keys = undefined;
    }
    if (
        !Array.isArray(keys) ||
        keys.length !== wanted.length ||
        !keys.every((key) => typeof key === "string" && key !== "")
    ) {
        throw new StoreInputError(
            `${JSON.stringify(cursor)} is no cursor of this query: send the one that its last page came with`,
        );
    }
    return Object.fromEntries(wanted.map((name, at) => [name, { S: String(keys[at]) }]));
}
