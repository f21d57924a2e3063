import { mergeRegisters, type Json, type LwwRegister } from "./lwwRegister";

/**
 * Fields that are each a last-writer-wins register, such as a session's: two regions that write different
 * fields both keep theirs, and of two that write the same one the later wins. A field that was removed is
 * a register with `null`, so that an older write does not bring it back; it stays as long as the map does.
 *
 * Storage and merge are O(fields that there ever were). A delta is a map with one field.
 */
export type RegisterMap = ReadonlyMap<string, LwwRegister<Json>>;

export const emptyRegisters: RegisterMap = new Map();

export function mergeRegisterMaps(a: RegisterMap, b: RegisterMap): RegisterMap {
    const merged = new Map(a);
    for (const [field, register] of b) {
        const own = merged.get(field);
        merged.set(field, own === undefined ? register : mergeRegisters(own, register));
    }
    return merged;
}

/** The fields that are there, sorted. */
export function fieldsOf(map: RegisterMap): ReadonlyMap<string, Json> {
    return new Map(
        [...map]
            .map(([field, { value }]): [string, Json] => [field, value])
            .filter(([, value]) => value !== null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
}
