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
 * 3. as the stack's own output has it, by region: of what runs in other stacks.
 *
 * @param output name of that output
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

/** A stack's outputs are those of its root resource; what it reads of other stacks, no policy is shown. */
function exported(
    resources: readonly PolicyResource[],
    output: string,
): readonly (readonly [string, Standing])[] {
    return ofType(resources, "pulumi:pulumi:Stack").flatMap(({ urn, props }) => {
        const byRegion = read(() => props[output]);
        return typeof byRegion !== "object" || byRegion === null
            ? []
            : Object.keys(byRegion).flatMap((region) => {
                  const tasks = read(() => (byRegion as Props)[region]);
                  return typeof tasks === "number" || tasks === unknown
                      ? [[region, { tasks, urn }] as const]
                      : [];
              });
    });
}
