import type { Plain, PlainResource } from "../../../policies/resilience/routing/plainResource";
import { unknown } from "../../../policies/resilience/unknown";
import type { DeployedResource, ResourceChange } from "../../stacks";

/** What an event log has for a value that is not known yet (`pkg/resource/stack/deployment.go`). */
const placeholder = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A stack's resources as deployed, with a preview's changes made. What is not known yet is `unknown`. */
export function resourcesAfter(
    deployed: readonly DeployedResource[],
    changes: readonly ResourceChange[],
): readonly PlainResource[] {
    const after = new Map(
        deployed.map(({ urn, type, outputs, from }) => [
            urn,
            plainResource(urn, type, outputs, from),
        ]),
    );
    for (const { urn, type, operation, newInputs, oldInputs, from } of changes) {
        const before = after.get(urn);
        const inputs = known(newInputs) as Plain;
        if (operation === "delete") {
            after.delete(urn);
        } else if (madeAnew.has(operation)) {
            // Nothing that AWS had assigned is kept.
            after.set(urn, plainResource(urn, type, inputs, from));
        } else if (!operation.startsWith("delete-")) {
            const kept = Object.entries(before?.props ?? {}).filter(
                ([name]) => !(name in oldInputs),
            );
            const props = { ...Object.fromEntries(kept), ...inputs };
            after.set(urn, plainResource(urn, type, props, from ?? before?.from));
        }
    }
    return [...after.values()];
}

const madeAnew = new Set(["create", "create-replacement", "replace"]);

function plainResource(
    urn: string,
    type: string,
    props: Plain,
    from: PlainResource["from"],
): PlainResource {
    return { urn, type, props, ...(from === undefined ? {} : { from }) };
}

function known(value: unknown): unknown {
    if (value === placeholder) {
        return unknown;
    }
    if (Array.isArray(value)) {
        return value.map(known);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, known(one)]))
        : value;
}
