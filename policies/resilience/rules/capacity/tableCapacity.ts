import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { list, read, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly minimumRead: number;
    readonly minimumWrite: number;
}

export const tableCapacity: ResourceValidationPolicy = {
    name: "capacity-table-minimum",
    description:
        "A DynamoDB table must be on demand, or have provisioned minimums that carry a lost region's users. Small tables without replicas are not judged.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("DynamoDB.1"),
    tags: ["capacity", "dynamodb"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html",
    remediationSteps:
        "Use billingMode PAY_PER_REQUEST, or raise readCapacity and writeCapacity to the configured minimums.",
    configSchema: {
        properties: {
            minimumRead: { type: "number", minimum: 1, default: 100 },
            minimumWrite: { type: "number", minimum: 1, default: 100 },
        },
    },
    validateResource: resourcesOfType("aws:dynamodb/table:Table", (props, report, args) => {
        const billing = read(() => props["billingMode"]);
        if (
            billing === "PAY_PER_REQUEST" ||
            billing === unknown ||
            list(() => props["replicas"]).length === 0
        ) {
            return;
        }
        const { minimumRead, minimumWrite } = args.getConfig<Config>();
        for (const [property, least] of [
            ["readCapacity", minimumRead],
            ["writeCapacity", minimumWrite],
        ] as const) {
            const value = read(() => props[property]);
            if (value !== unknown && Number(value ?? 0) < least) {
                report(`${property} is ${show(value)}; it must be at least ${least}`);
            }
        }
    }),
};
