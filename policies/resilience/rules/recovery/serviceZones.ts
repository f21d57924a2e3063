import type { ResourceValidationPolicy } from "@pulumi/policy";

import { serviceGuide } from "../../frameworks";
import { elements, read, resourcesOfType, unknown } from "../../support";

interface Config {
    readonly minimumZones: number;
}

/** A subnet is in one zone: tasks in one subnet are gone with it, however many there are. */
export const serviceZones: ResourceValidationPolicy = {
    name: "recovery-service-zones",
    description: "A service that users reach must run in several availability zones.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: serviceGuide("Amazon ECS", "AmazonECS/latest/developerguide/service-rebalancing"),
    tags: ["recovery", "ecs"],
    url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html",
    remediationSteps:
        "Name a subnet in each of minimumZones zones or more in networkConfiguration.subnets.",
    configSchema: { properties: { minimumZones: { type: "number", minimum: 2, default: 2 } } },
    validateResource: resourcesOfType("aws:ecs/service:Service", (props, report, args) => {
        const { minimumZones } = args.getConfig<Config>();
        const network = read(() => props["networkConfiguration"]);
        const named = read(
            () => (network as Record<string, unknown> | null | undefined)?.["subnets"],
        );
        // Without a network of its own, tasks run where the cluster's instances are.
        const known = network !== unknown && Array.isArray(named);
        const facesUsers = elements(() => props["loadBalancers"]).length > 0;
        if (facesUsers && known && named.length < minimumZones) {
            report(
                `its tasks run in ${named.length} subnets, and so in as many zones; name at least ${minimumZones}`,
            );
        }
    }),
};
