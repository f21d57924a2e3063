import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import type { AttributeMap } from "./itemSize";

/** Thrown for an attribute that is not what was written. */
export class MalformedStateError extends Error {
    override readonly name = "MalformedStateError";
}

/** Exactly these attributes, and no other. @throws MalformedStateError */
export function onlyFields(map: AttributeMap, names: readonly string[]): void {
    const unknown = Object.keys(map).find((name) => !names.includes(name));
    if (unknown !== undefined) {
        throw new MalformedStateError(
            `it has an attribute ${JSON.stringify(unknown)}, and may have ${names.join(", ")}`,
        );
    }
}

/** @throws MalformedStateError */
export function textOf(map: AttributeMap, name: string): string {
    return map[name]?.S ?? wrong(map, name, "a text");
}

/** @throws MalformedStateError */
export function mapOf(map: AttributeMap, name: string): AttributeMap {
    return map[name]?.M ?? wrong(map, name, "a map");
}

/** Texts in a list; none is an empty list, because DynamoDB has no empty sets. @throws MalformedStateError */
export function textsOf(map: AttributeMap, name: string): readonly string[] {
    const list = map[name]?.L ?? wrong(map, name, "a list of texts");
    return list.map((one) => one.S ?? wrong(map, name, "a list of texts"));
}

/** A safe integer of at least `least`, in its canonical form. @throws MalformedStateError */
export function integerOf(map: AttributeMap, name: string, least: number): number {
    const text = map[name]?.N;
    const value = Number(text);
    return text !== undefined && Number.isSafeInteger(value) && value >= least
        ? value
        : wrong(map, name, `an integer, ${least} or more`);
}

/** Counters by name, each an integer of at least 1. @throws MalformedStateError */
export function countersOf(map: AttributeMap, name: string): ReadonlyMap<string, number> {
    const counters = mapOf(map, name);
    return new Map(Object.keys(counters).map((key) => [key, integerOf(counters, key, 1)]));
}

export function counterAttributes(counters: ReadonlyMap<string, number>): AttributeValue {
    return { M: Object.fromEntries([...counters].map(([key, n]) => [key, { N: String(n) }])) };
}

export function textAttributes(texts: Iterable<string>): AttributeValue {
    return { L: [...texts].map((S) => ({ S })) };
}

function wrong(map: AttributeMap, name: string, allowed: string): never {
    throw new MalformedStateError(
        `its attribute ${JSON.stringify(name)} is ${JSON.stringify(map[name]) ?? "missing"}: it must be ${allowed}`,
    );
}
