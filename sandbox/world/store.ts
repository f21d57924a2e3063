import { EventEmitter } from "node:events";

export type Props = Readonly<Record<string, unknown>>;

/** One AWS resource as the account holds it: what the control planes wrote and the data planes read. */
export interface StoredResource {
    /** Pulumi type token, such as `aws:route53/record:Record`. */
    readonly type: string;
    /** Region it lives in; `global` for services without one (Route 53, IAM). */
    readonly region: string;
    /** AWS id, unique within type and region. */
    readonly id: string;
    /** Input properties in the shape of the Pulumi type. */
    readonly inputs: Props;
    /** Inputs plus everything computed, in the shape of the Pulumi type. */
    readonly outputs: Props;
}

export type StoreChange = { readonly kind: "put" | "delete"; readonly resource: StoredResource };

/**
 * The account: every resource that exists, whoever made it. Control planes write it; data planes
 * read it and listen for `change`.
 */
export class Store extends EventEmitter<{ change: [StoreChange] }> {
    readonly #resources = new Map<string, StoredResource>();
    /** The same, by type: data planes look things up with every request. */
    readonly #ofType = new Map<string, Map<string, StoredResource>>();

    constructor(initial: readonly StoredResource[] = []) {
        super();
        this.setMaxListeners(0);
        for (const resource of initial) {
            this.#keep(resource);
        }
    }

    get(type: string, region: string, id: string): StoredResource | undefined {
        return this.#resources.get(keyOf(type, region, id));
    }

    /** The resources of a type, in one region or in all. */
    list(type: string, region?: string): readonly StoredResource[] {
        const all = [...(this.#ofType.get(type)?.values() ?? [])];
        return region === undefined ? all : all.filter((resource) => resource.region === region);
    }

    find(type: string, matches: (resource: StoredResource) => boolean): StoredResource | undefined {
        for (const resource of this.#ofType.get(type)?.values() ?? []) {
            if (matches(resource)) {
                return resource;
            }
        }
        return undefined;
    }

    put(resource: StoredResource): void {
        this.#keep(resource);
        this.emit("change", { kind: "put", resource });
    }

    delete(type: string, region: string, id: string): void {
        const key = keyOf(type, region, id);
        const resource = this.#resources.get(key);
        if (resource !== undefined) {
            this.#resources.delete(key);
            this.#ofType.get(type)?.delete(key);
            this.emit("change", { kind: "delete", resource });
        }
    }

    all(): readonly StoredResource[] {
        return [...this.#resources.values()];
    }

    #keep(resource: StoredResource): void {
        const key = keyOf(resource.type, resource.region, resource.id);
        const alike = this.#ofType.get(resource.type) ?? new Map<string, StoredResource>();
        this.#resources.set(key, resource);
        this.#ofType.set(resource.type, alike.set(key, resource));
    }
}

function keyOf(type: string, region: string, id: string): string {
    return `${type}|${region}|${id}`;
}
