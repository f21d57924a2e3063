import type { PolicyResource } from "@pulumi/policy";

import { regionOf } from "./routing/plainResource";
import { plainResource } from "./recordTree";
import { elements, ofType, type Props, read, unknown } from "./support";

export interface Standing {
    /** `unknown` while a part of it is. */
    readonly tasks: number | typeof unknown;
    /** The resource that says so; none for what is configured. */
    readonly urn?: string;
}

/**
 * What runs in each region before anybody asks for more, by region:
 *
 * 1. as configured;
 * 2. of the stack's own services: least capacities of ECS scaling targets, and where there are none,
 *    the desired counts of services behind load balancers;
 * 3. as other stacks export it, read through StackReferences.
 *
 * @param output name of the output that has it; the stack's region is its output `region`, or else the
 * last part of its name
 */
export function standingTasks(
    resources: readonly PolicyResource[],
    configured: Readonly<Record<string, number>>,
    output: string,
): ReadonlyMap<string, Standing> {
    return new Map([
        ...exported(resources, output),
        ...own(
            ofType(resources, "aws:ecs/service:Service").filter(
                ({ props }) => elements(() => props["loadBalancers"]).length > 0,
            ),
            "desiredCount",
        ),
        ...own(
            ofType(resources, "aws:appautoscaling/target:Target").filter(
                ({ props }) => read(() => props["serviceNamespace"]) === "ecs",
            ),
            "minCapacity",
        ),
        ...Object.entries(configured).map(([region, tasks]) => [region, { tasks }] as const),
    ]);
}

function own(
    resources: readonly PolicyResource[],
    property: string,
): ReadonlyMap<string, Standing> {
    const standing = new Map<string, Standing>();
    for (const resource of resources) {
        const region = regionOf(plainResource(resource));
        const tasks = read(() => resource.props[property]);
        if (region === undefined || (typeof tasks !== "number" && tasks !== unknown)) {
            continue;
        }
        const before = standing.get(region)?.tasks ?? 0;
        standing.set(region, {
            tasks: tasks === unknown || before === unknown ? unknown : before + tasks,
            urn: resource.urn,
        });
    }
    return standing;
}

function exported(
    resources: readonly PolicyResource[],
    output: string,
): readonly (readonly [string, Standing])[] {
    return ofType(resources, "pulumi:pulumi:StackReference").flatMap(({ urn, name, props }) => {
        const outputs = read(() => props["outputs"]);
        if (typeof outputs !== "object" || outputs === null) {
            return [];
        }
        const tasks = read(() => (outputs as Props)[output]);
        const region = read(() => (outputs as Props)["region"]) ?? name.split("/").pop();
        return typeof region === "string" && (typeof tasks === "number" || tasks === unknown)
            ? [[region, { tasks, urn }] as const]
            : [];
    });
}
