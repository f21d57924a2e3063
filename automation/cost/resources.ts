import { messageOf } from "../errors";
import type { DeployedResource, ResourceChange, StackRunner } from "../stacks";
import type { CostResource } from "./pricedResource";

/** What could be learnt of a stack. */
export type StackResources =
    | {
          readonly kind: "known";
          readonly stack: string;
          /** As deployed, or as a preview would make it. */
          readonly from: "state" | "preview";
          readonly resources: readonly CostResource[];
      }
    | { readonly kind: "unknown"; readonly stack: string; readonly reason: string };

/**
 * A stack's resources as deployed, or, when it never was or the plan is asked for, as a preview would
 * make them. Changes nothing.
 */
export async function readResources(
    stacks: StackRunner,
    stack: string,
    options: { readonly planned: boolean; readonly signal?: AbortSignal | undefined },
): Promise<StackResources> {
    try {
        const deployed =
            (await stacks.outputs(stack)) === undefined ? [] : await stacks.resources(stack);
        const isDeployed = deployed.some(({ type }) => type !== "pulumi:pulumi:Stack");
        if (isDeployed && !options.planned) {
            return { kind: "known", stack, from: "state", resources: deployed.map(of(stack)) };
        }
        const preview = await stacks.preview(stack, { signal: options.signal });
        if (preview.error !== undefined) {
            return { kind: "unknown", stack, reason: preview.error.message };
        }
        const resources = planned(stack, deployed, preview.changes);
        return { kind: "known", stack, from: "preview", resources };
    } catch (error) {
        return { kind: "unknown", stack, reason: messageOf(error) };
    }
}

/** The deployed resources with a preview's changes made. */
export function planned(
    stack: string,
    deployed: readonly DeployedResource[],
    changes: readonly ResourceChange[],
): readonly CostResource[] {
    const after = new Map(deployed.map((resource) => [resource.urn, of(stack)(resource)]));
    for (const { urn, type, name, operation, newInputs } of changes) {
        if (operation === "delete") {
            after.delete(urn);
        } else if (!operation.startsWith("delete-")) {
            const properties = { ...after.get(urn)?.properties, ...newInputs };
            after.set(urn, { stack, urn, type, name, properties });
        }
    }
    return [...after.values()];
}

function of(stack: string): (resource: DeployedResource) => CostResource {
    return ({ urn, type, name, outputs }) => ({ stack, urn, type, name, properties: outputs });
}
