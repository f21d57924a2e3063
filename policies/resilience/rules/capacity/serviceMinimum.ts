import type { ReportViolation, ResourceValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { elements, type Props, read, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly peakTasks: number;
    readonly peakTasksByRegion: Readonly<Record<string, number>>;
    readonly growthFactor: number;
}

const scalingTarget = "aws:appautoscaling/target:Target";
const ecsService = "aws:ecs/service:Service";

/**
 * Static stability: the day a region is lost is the day scaling out is slow or refused, so what runs
 * already has to carry everybody. Users go to the region that is next in latency, which is often the
 * same one for all of them: a region has to be able to take a whole other region's peak, and not its
 * part of an even split.
 */
export const serviceMinimum: ResourceValidationPolicy = {
    name: "capacity-service-minimum",
    description:
        "A service's minimum capacity must carry its own region's peak and that of any one region that is lost, and its maximum must leave room to grow.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: reliabilityPillar("REL11-BP05"),
    tags: ["capacity", "ecs"],
    url: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_withstand_component_failures_static_stability.html",
    remediationSteps:
        "Raise minCapacity and desiredCount to the region's own peak plus the largest other one, and maxCapacity to growthFactor times that; or correct peakTasks and peakTasksByRegion in the pack's configuration to what is measured.",
    configSchema: {
        properties: {
            peakTasks: {
                type: "number",
                minimum: 1,
                default: 3,
                description: "tasks that carry the peak of a region's own users",
            },
            peakTasksByRegion: {
                type: "object",
                additionalProperties: { type: "number", minimum: 0 },
                default: {},
                description: "the same, for regions that differ",
            },
            growthFactor: {
                type: "number",
                minimum: 1,
                default: 2,
                description: "least ratio of maxCapacity to minCapacity",
            },
        },
    },
    validateResource: resourcesOfType([scalingTarget, ecsService], (props, report, args) => {
        const config = args.getConfig<Config>();
        const region = read(() => props["region"]);
        if (args.type === ecsService) {
            judgeService(props, leastTasks(config, region), report);
        } else if (read(() => props["serviceNamespace"]) === "ecs") {
            judgeTarget(props, leastTasks(config, region), config.growthFactor, report);
        }
    }),
};

interface Least {
    readonly tasks: number;
    readonly why: string;
}

/** A region that is not known counts as the busiest one. */
function leastTasks({ peakTasks, peakTasksByRegion }: Config, region: unknown): Least {
    const busiest = Math.max(peakTasks, ...Object.values(peakTasksByRegion));
    const own = typeof region === "string" ? (peakTasksByRegion[region] ?? peakTasks) : busiest;
    const others = Object.entries(peakTasksByRegion)
        .filter(([name]) => name !== region)
        .map(([, tasks]) => tasks);
    const lost = Math.max(peakTasks, ...others);
    return {
        tasks: own + lost,
        why: `it has to carry ${own} tasks of its own peak and ${lost} of a region that is lost`,
    };
}

/** A service that nobody's requests reach may be as small as it likes. */
function judgeService(props: Props, least: Least, report: ReportViolation): void {
    const count = read(() => props["desiredCount"]);
    const facesUsers = elements(() => props["loadBalancers"]).length > 0;
    if (facesUsers && count !== unknown && Number(count ?? 0) < least.tasks) {
        report(
            `desiredCount is ${show(count)}; ${least.why}, so it must be at least ${least.tasks}`,
        );
    }
    // AWS keeps all of them when nobody says otherwise.
    const kept = read(() => props["deploymentMinimumHealthyPercent"]) ?? 100;
    if (facesUsers && kept !== unknown && Number(kept) < 100) {
        report(
            `deploymentMinimumHealthyPercent is ${show(kept)}, so a deployment leaves less than the minimum; set it to 100`,
        );
    }
}

function judgeTarget(
    props: Props,
    least: Least,
    growthFactor: number,
    report: ReportViolation,
): void {
    const minimum = read(() => props["minCapacity"]);
    const maximum = read(() => props["maxCapacity"]);
    if (minimum !== unknown && Number(minimum) < least.tasks) {
        report(
            `minCapacity is ${show(minimum)}; ${least.why}, so it must be at least ${least.tasks}`,
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
}
