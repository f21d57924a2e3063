import type { ResourceValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly regions: number;
    readonly peakTasks: number;
    readonly growthFactor: number;
}

/**
 * Static stability: the day a region is lost is the day scaling out is slow or refused, so what runs
 * already has to carry everybody.
 */
export const serviceMinimum: ResourceValidationPolicy = {
    name: "capacity-service-minimum",
    description:
        "A service's minimum capacity must carry the world's peak after the loss of any one region, and its maximum must leave room to grow.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: reliabilityPillar("REL11-BP05"),
    tags: ["capacity", "ecs"],
    url: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_withstand_component_failures_static_stability.html",
    remediationSteps:
        "Raise minCapacity to peakTasks / (regions - 1), rounded up, and maxCapacity to growthFactor times that; or correct peakTasks in the pack's configuration to what is measured.",
    configSchema: {
        properties: {
            regions: {
                type: "number",
                minimum: 2,
                default: 4,
                description: "regions that share the load",
            },
            peakTasks: {
                type: "number",
                minimum: 1,
                default: 9,
                description: "tasks that carry the peak of the whole world",
            },
            growthFactor: {
                type: "number",
                minimum: 1,
                default: 2,
                description: "least ratio of maxCapacity to minCapacity",
            },
        },
    },
    validateResource: resourcesOfType("aws:appautoscaling/target:Target", (props, report, args) => {
        if (read(() => props["serviceNamespace"]) !== "ecs") {
            return;
        }
        const { regions, peakTasks, growthFactor } = args.getConfig<Config>();
        const least = Math.ceil(peakTasks / (regions - 1));
        const minimum = read(() => props["minCapacity"]);
        const maximum = read(() => props["maxCapacity"]);
        if (minimum !== unknown && Number(minimum) < least) {
            report(
                `minCapacity is ${show(minimum)}; ${regions - 1} regions have to carry ${peakTasks} tasks after the loss of one, so it must be at least ${least}`,
            );
        }
        if (
            minimum !== unknown &&
            maximum !== unknown &&
            Number(maximum) < Number(minimum) * growthFactor
        ) {
            report(
                `maxCapacity is ${show(maximum)}; it must be at least ${growthFactor} times minCapacity (${show(minimum)})`,
            );
        }
    }),
};
