import type { Props, StoredResource } from "./store";

/** A resource's properties, computed or given, without those that have no value. */
export function properties(resource: StoredResource): Props {
    return Object.fromEntries(
        Object.entries({ ...resource.inputs, ...resource.outputs }).filter(
            ([, value]) => value !== null && value !== undefined,
        ),
    );
}
