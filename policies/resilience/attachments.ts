import type { PolicyResource } from "@pulumi/policy";

import { type Props, read, unknown } from "./support";

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
                const value = read(() => (resource.props as Props)[property]);
                if (value === unknown) {
                    for (const { urn } of resource.propertyDependencies[property] ?? []) {
                        add(this.#byUrn, urn, resource);
                    }
                } else {
                    for (const each of [value].flat()) {
                        add(this.#byValue, each, resource);
                    }
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
