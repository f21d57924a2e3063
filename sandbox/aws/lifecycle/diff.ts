import type { Props } from "../../world/store";
import type { DiffAnswer, DiffCall, DiffKind } from "../provider/protocol";
import type { ResourceType } from "../resourceType";
import { isUnknown } from "../resourceType";
import { allTags, takesTags } from "./tags";
import { canonical, filledIn, isAsset, isObject, plainInputs, sameValue } from "./values";

/** What changed between the inputs in the state and the new ones, and whether it can change in place. */
export function diff(type: ResourceType, call: DiffCall): DiffAnswer {
    const old = normalised(type, plainInputs(call.oldInputs));
    const fresh = normalised(type, plainInputs(call.news));
    const found = new Map<string, "ADD" | "DELETE" | "UPDATE">();
    compare("", old, fresh, found);
    if (found.has("region") && call.olds["region"] === (fresh["region"] ?? call.settings.region)) {
        found.delete("region");
    }
    if (takesTags(type) && !containsPath(found, "tags")) {
        const tags = allTags(plainInputs(call.news), call.settings.defaultTags);
        if (isObject(call.olds["tagsAll"]) && !sameValue(call.olds["tagsAll"], tags)) {
            found.set("tagsAll", "UPDATE");
        }
    }
    const replaceOn = type.home === "regional" ? [...type.replaceOn, "region"] : type.replaceOn;
    const detailedDiff: Record<string, DiffKind> = {};
    const replaces = new Set<string>();
    const diffs = new Set<string>();
    for (const [path, kind] of found) {
        if (call.ignoreChanges.some((ignored) => within(path, ignored))) {
            continue;
        }
        const top = topOf(path);
        diffs.add(top);
        if (forcesReplace(path, kind, old, fresh, replaceOn)) {
            replaces.add(top);
            detailedDiff[path] = `${kind}_REPLACE`;
        } else {
            detailedDiff[path] = kind;
        }
    }
    return {
        detailedDiff,
        diffs: [...diffs],
        replaces: [...replaces],
        stables: type.computed.filter((name) => !(type.changesOnUpdate ?? []).includes(name)),
        deleteBeforeReplace: replaces.size > 0 && nameIsTaken(type, old, call),
    };
}

/** A name somebody wrote cannot be held twice; a generated one is generated anew. */
function nameIsTaken(type: ResourceType, old: Props, call: DiffCall): boolean {
    if (type.deleteBeforeReplace === true) {
        return true;
    }
    const property = type.autoname?.property;
    return (
        property !== undefined &&
        !filledIn(call.news).includes(property) &&
        sameValue(old[property], call.news[property])
    );
}

function normalised(type: ResourceType, inputs: Props): Props {
    const result: Record<string, unknown> = { ...inputs };
    for (const property of type.unordered ?? []) {
        const value = result[property];
        if (Array.isArray(value)) {
            result[property] = [...(value as unknown[])].sort((a, b) =>
                canonical(a) < canonical(b) ? -1 : 1,
            );
        }
    }
    for (const property of type.documents ?? []) {
        result[property] = meaning(result[property]);
    }
    return result;
}

/** JSON text in one spelling; anything else as it is. */
function meaning(value: unknown): unknown {
    if (typeof value !== "string" || isUnknown(value)) {
        return value;
    }
    try {
        return canonical(JSON.parse(value));
    } catch {
        return value;
    }
}

function compare(
    path: string,
    old: unknown,
    fresh: unknown,
    found: Map<string, "ADD" | "DELETE" | "UPDATE">,
): void {
    if (sameValue(old, fresh)) {
        return;
    }
    if (old === undefined || old === null) {
        found.set(path, "ADD");
    } else if (fresh === undefined || fresh === null) {
        found.set(path, "DELETE");
    } else if (Array.isArray(old) && Array.isArray(fresh)) {
        for (let index = 0; index < Math.max(old.length, fresh.length); index++) {
            compare(`${path}[${index}]`, old[index], fresh[index], found);
        }
    } else if (isObject(old) && isObject(fresh) && !isAsset(old) && !isAsset(fresh)) {
        for (const key of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
            compare(join(path, key), old[key], fresh[key], found);
        }
    } else {
        found.set(path, "UPDATE");
    }
}

function join(path: string, key: string): string {
    if (!/^[A-Za-z_$][\w$]*$/.test(key)) {
        return `${path}[${JSON.stringify(key)}]`;
    }
    return path === "" ? key : `${path}.${key}`;
}

function topOf(path: string): string {
    return path.split(/[.[]/)[0] ?? path;
}

function containsPath(found: ReadonlyMap<string, unknown>, top: string): boolean {
    return [...found.keys()].some((path) => topOf(path) === top);
}

function within(path: string, ancestor: string): boolean {
    return path === ancestor || path.startsWith(`${ancestor}.`) || path.startsWith(`${ancestor}[`);
}

function forcesReplace(
    path: string,
    kind: "ADD" | "DELETE" | "UPDATE",
    old: Props,
    fresh: Props,
    replaceOn: readonly string[],
): boolean {
    const plain = path.replace(/\[\d+\]/g, "");
    return replaceOn.some(
        (entry) =>
            within(plain, entry) ||
            // A whole object that came or went with the property inside it.
            (kind !== "UPDATE" &&
                entry.startsWith(`${plain}.`) &&
                mentions(
                    kind === "ADD" ? fresh[topOf(path)] : old[topOf(path)],
                    entry.split(".").slice(1),
                )),
    );
}

function mentions(value: unknown, keys: readonly string[]): boolean {
    if (Array.isArray(value)) {
        return value.some((entry) => mentions(entry, keys));
    }
    const [key, ...rest] = keys;
    return key === undefined
        ? value !== undefined && value !== null
        : isObject(value) && mentions(value[key], rest);
}
