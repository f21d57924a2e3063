import type { ResourceValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { read, resourcesOfType, show } from "../../support";

/** A service's own address, `<service>[.<region>].amazonaws.com`, and not one of a resource of the account's. */
const service = /^[a-z0-9-]+(\.[a-z]{2}(-[a-z]+)+-\d)?\.(amazonaws\.com|api\.aws)\.?$/i;

export const checkedEndpoint: ResourceValidationPolicy = {
    name: "planes-checked-endpoint",
    description:
        "A health check must ask something of the application's, and not the address of an AWS service.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: reliabilityPillar("REL11-BP04"),
    tags: ["planes", "route53"],
    url: "https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/control-planes-and-data-planes.html",
    remediationSteps:
        "Ask the load balancer, the bucket or the API that users ask; a service's address tells how its control plane is, and answers while the application is gone.",
    validateResource: resourcesOfType("aws:route53/healthCheck:HealthCheck", (props, report) => {
        const host = read(() => props["fqdn"]);
        if (typeof host === "string" && service.test(host)) {
            report(
                `fqdn is ${show(host)}, the address of a service of AWS's: it is up while the application is not, and its control plane decides about the region; ask a host of the application's`,
            );
        }
    }),
};
