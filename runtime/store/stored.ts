import { formatTimestamp, parseTimestamp, type HybridTimestamp } from "../consistency/hybridClock";
import { checkReplica } from "../consistency/replica";
import { VersionVector } from "../consistency/versionVector";
import { integerOf, mapOf, textAttributes, textOf, textsOf } from "./codec/fields";
import { checkItemSize, type AttributeMap } from "./codec/itemSize";
import { CorruptItemError } from "./errors";
import { checkStoredKey, describeKey, type Key } from "./keys";

/** What every item of the store says of its last write, whatever its kind. */
export interface Stamp {
    readonly kind: string;
    /** How many writes of each region this version contains. */
    readonly version: VersionVector;
    readonly at: HybridTimestamp;
    /** The region whose replica took the write. */
    readonly origin: string;
    /** The last operations on the item, the latest first: a retry is known by it. */
    readonly operations: readonly string[];
}

/** An item that merges: what one region knows of it. */
export interface RegionalItem extends Stamp {
    readonly state: AttributeMap;
    /** When it may go, seconds since the epoch. */
    readonly expiresAt?: number;
}

/** An item that has a home. */
export interface HomeItem extends Stamp {
    readonly home: string;
    /** Of the home's owner at the time of the write. */
    readonly epoch: number;
    /** Undefined for what was deleted, whose version is kept until it expires. */
    readonly value: AttributeMap | undefined;
    readonly expiresAt?: number;
    /** Key of the index `gsi1`. */
    readonly index?: Key;
}

/** How long a deletion is remembered, and what was written to another home, seconds: longer than any region is away. */
export const rememberedSeconds = 30 * 24 * 3600;

/** How many operations an item remembers. */
export const mostOperations = 16;

/** @throws OversizedItemError */
export function serialiseRegional(key: Key, item: RegionalItem): AttributeMap {
    return sized(key, item, { ...stamped(key, item), state: { M: item.state } });
}

/** @throws CorruptItemError */
export function parseRegional(attributes: AttributeMap): RegionalItem {
    return parsed(attributes, (stamp) => ({
        ...stamp,
        ...expiry(attributes),
        state: mapOf(attributes, "state"),
    }));
}

/** @throws OversizedItemError, StoreInputError */
export function serialiseHome(key: Key, item: HomeItem): AttributeMap {
    const { home, epoch, value, index } = item;
    if (index !== undefined) {
        checkStoredKey(`the index of ${describeKey(item.kind, key)}`, index);
    }
    return sized(key, item, {
        ...stamped(key, item),
        home: { S: home },
        epoch: { N: String(epoch) },
        ...(value === undefined ? { deleted: { BOOL: true } } : { value: { M: value } }),
        ...(index === undefined ? {} : { gsi1pk: { S: index.pk }, gsi1sk: { S: index.sk } }),
    });
}

/** @throws CorruptItemError */
export function parseHome(attributes: AttributeMap): HomeItem {
    return parsed(attributes, (stamp) => ({
        ...stamp,
        ...expiry(attributes),
        home: textOf(attributes, "home"),
        epoch: integerOf(attributes, "epoch", 1),
        value: attributes["deleted"]?.BOOL === true ? undefined : mapOf(attributes, "value"),
        ...(attributes["gsi1pk"] === undefined
            ? {}
            : { index: { pk: textOf(attributes, "gsi1pk"), sk: textOf(attributes, "gsi1sk") } }),
    }));
}

/** The key of an item as it is stored. */
export function storedKey(attributes: AttributeMap): Key {
    return { pk: attributes["pk"]?.S ?? "", sk: attributes["sk"]?.S ?? "" };
}

export function keyAttributes({ pk, sk }: Key): AttributeMap {
    return { pk: { S: pk }, sk: { S: sk } };
}

function stamped(key: Key, item: Stamp & { readonly expiresAt?: number }): AttributeMap {
    return {
        ...keyAttributes(key),
        kind: { S: item.kind },
        version: { S: item.version.toString() },
        at: { S: formatTimestamp(item.at) },
        origin: { S: item.origin },
        operations: textAttributes(item.operations.slice(0, mostOperations)),
        ...(item.expiresAt === undefined ? {} : { expiresAt: { N: String(item.expiresAt) } }),
    };
}

function expiry(attributes: AttributeMap): { readonly expiresAt?: number } {
    return attributes["expiresAt"] === undefined
        ? {}
        : { expiresAt: integerOf(attributes, "expiresAt", 0) };
}

function parsed<T>(attributes: AttributeMap, rest: (stamp: Stamp) => T): T {
    try {
        const origin = textOf(attributes, "origin");
        checkReplica(origin);
        return rest({
            kind: textOf(attributes, "kind"),
            version: VersionVector.parse(textOf(attributes, "version")),
            at: parseTimestamp(textOf(attributes, "at")),
            origin,
            operations: textsOf(attributes, "operations"),
        });
    } catch (error) {
        const kind = attributes["kind"]?.S ?? "item";
        throw new CorruptItemError(
            describeKey(kind, storedKey(attributes)),
            (error as Error).message,
            error,
        );
    }
}

function sized(key: Key, item: Stamp, attributes: AttributeMap): AttributeMap {
    checkItemSize(describeKey(item.kind, key), attributes);
    return attributes;
}
