import type { Props, StoredResource } from "../../world/store";
import { isUnknown, type TypeContext } from "../resourceType";

/**
 * Readers of inputs that may be absent or not known yet. All of them treat an unknown value like an
 * absent one, so that a rule speaks only of what it can see; `given` tells the two apart.
 */

/** Whether the property is set at all, known or not. */
export function given(inputs: Props, property: string): boolean {
    const value = inputs[property];
    return value !== undefined && value !== null;
}

export function text(inputs: Props | undefined, property: string): string | undefined {
    const value = inputs?.[property];
    return typeof value === "string" && !isUnknown(value) ? value : undefined;
}

/** A number, also when written as text (`"256"`), as the provider accepts both. */
export function number(inputs: Props | undefined, property: string): number | undefined {
    const value = inputs?.[property];
    if (typeof value === "number") {
        return value;
    }
    return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

export function flag(inputs: Props | undefined, property: string): boolean | undefined {
    const value = inputs?.[property];
    return typeof value === "boolean" ? value : undefined;
}

export function record(inputs: Props | undefined, property: string): Props | undefined {
    return asRecord(inputs?.[property]);
}

/** The known objects of a list; empty when the list is absent or unknown. */
export function records(inputs: Props | undefined, property: string): readonly Props[] {
    return items(inputs, property)
        .map(asRecord)
        .filter((item) => item !== undefined);
}

/** The known texts of a list; empty when the list is absent or unknown. */
export function texts(inputs: Props | undefined, property: string): readonly string[] {
    return items(inputs, property).filter(
        (item): item is string => typeof item === "string" && !isUnknown(item),
    );
}

/** The items of a list, unknown ones included; empty when the list itself is absent or unknown. */
export function items(inputs: Props | undefined, property: string): readonly unknown[] {
    const value = inputs?.[property];
    return Array.isArray(value) ? (value as unknown[]) : [];
}

/** Whether every item of a list is known; a list that is absent is known to be empty. */
export function allKnown(inputs: Props, property: string): boolean {
    return !isUnknown(inputs[property]) && !items(inputs, property).some(isUnknown);
}

/** The id the resource has, or a new one at its creation. */
export function keepId(current: Props | undefined, fresh: () => string): string {
    return text(current, "id") ?? fresh();
}

/** Whether `resource` is another resource than the one these outputs belong to. */
export function isOther(resource: StoredResource, current: Props | undefined): boolean {
    return current === undefined || resource.id !== text(current, "id");
}

export function arn(service: string, context: TypeContext, resource: string): string {
    const region = context.region === "global" ? "" : context.region;
    return `arn:aws:${service}:${region}:${context.accountId}:${resource}`;
}

/** The resource of a type with this id in the region of the call. */
export function byId(context: TypeContext, type: string, id: string): StoredResource | undefined {
    return context.store.get(type, context.region, id);
}

/** The resource of a type with this ARN, in any region. */
export function byArn(
    context: Pick<TypeContext, "store">,
    type: string,
    wanted: string,
): StoredResource | undefined {
    return context.store.find(type, (resource) => resource.outputs.arn === wanted);
}

function asRecord(value: unknown): Props | undefined {
    return typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Props)
        : undefined;
}
