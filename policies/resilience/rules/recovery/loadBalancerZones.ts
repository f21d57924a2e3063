import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { loadBalancerTypes } from "../../loadBalancers";
import { read, resourcesOfType, unknown } from "../../support";

interface Config {
    readonly minimumZones: number;
}

/** A subnet is in one zone, and AWS takes no two of one zone: their number is that of the zones. */
export const loadBalancerZones: ResourceValidationPolicy = {
    name: "recovery-load-balancer-zones",
    description: "A load balancer must stand in several availability zones.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("ELB.13"),
    tags: ["recovery", "elb"],
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
    remediationSteps: "Name a subnet in each of minimumZones zones or more.",
    configSchema: { properties: { minimumZones: { type: "number", minimum: 2, default: 2 } } },
    validateResource: resourcesOfType([...loadBalancerTypes], (props, report, args) => {
        const { minimumZones } = args.getConfig<Config>();
        const named = ["subnets", "subnetMappings"]
            .map((name) => read(() => props[name]))
            .filter((value) => value !== undefined && value !== null);
        const zones = named.reduce<number>(
            (most, value) => Math.max(most, Array.isArray(value) ? value.length : 0),
            0,
        );
        if (!named.includes(unknown) && zones < minimumZones) {
            report(
                `it has ${zones} subnets, and so stands in as many zones; name at least ${minimumZones}`,
            );
        }
    }),
};
