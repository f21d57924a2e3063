import type { PolicyResource } from "@pulumi/policy";

import { elements, type Props, read, unknown } from "./support";

/** What a property refers to: known values, and URNs of the resources that an unknown one comes from. */
export interface References {
    readonly values: readonly unknown[];
    readonly urns: readonly string[];
}

/** @param property holds one reference or a list of them */
export function referencesIn(resource: PolicyResource, property: string): References {
    const value = read(() => (resource.props as Props)[property]);
    const all = Array.isArray(value) ? elements(() => value as unknown[]) : [value];
    const values = all.filter((each) => each !== unknown && each !== undefined && each !== null);
    const urns = all.includes(unknown)
        ? (resource.propertyDependencies[property] ?? []).map(({ urn }) => urn)
        : [];
    return { values, urns };
}

/**
 * Resources that belong to others, such as a policy to a bucket, found in one pass. What a property says
 * decides, by name or ARN; while that is unknown, the resources that its value comes from do.
 */
export class Attachments {
    readonly #byValue = new Map<unknown, PolicyResource[]>();
    readonly #byUrn = new Map<string, PolicyResource[]>();

    /** @param properties those that may say whom a resource belongs to */
    constructor(resources: readonly PolicyResource[], ...properties: readonly string[]) {
        for (const resource of resources) {
            for (const property of properties) {
                const { values, urns } = referencesIn(resource, property);
                for (const value of values) {
                    add(this.#byValue, value, resource);
                }
                for (const urn of urns) {
                    add(this.#byUrn, urn, resource);
                }
            }
        }
    }

    /**
     * Those that belong to a resource.
     *
     * @param identities properties of it by which others may call it
     */
    of(owner: PolicyResource, ...identities: readonly string[]): readonly PolicyResource[] {
        const named = identities
            .map((identity) => read(() => (owner.props as Props)[identity]))
            .filter((value) => typeof value === "string")
            .flatMap((value) => this.#byValue.get(value) ?? []);
        return [...new Set([...named, ...(this.#byUrn.get(owner.urn) ?? [])])];
    }
}

function add<K>(map: Map<K, PolicyResource[]>, key: K, resource: PolicyResource): void {
    const known = map.get(key);
    if (known === undefined) {
        map.set(key, [resource]);
    } else {
        known.push(resource);
    }
}
