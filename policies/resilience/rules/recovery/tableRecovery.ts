import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { list, type Props, read, resourcesOfType, show, unknown } from "../../support";

/** A replica keeps its own history: one without it cannot be restored from when it is the survivor. */
export const tableRecovery: ResourceValidationPolicy = {
    name: "recovery-table-point-in-time",
    description: "A DynamoDB table and each of its replicas must have point-in-time recovery.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("DynamoDB.2"),
    tags: ["recovery", "dynamodb"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html",
    remediationSteps:
        "Set pointInTimeRecovery.enabled on the table and pointInTimeRecovery on every replica.",
    validateResource: resourcesOfType("aws:dynamodb/table:Table", (props, report) => {
        const recovery = read(() => props["pointInTimeRecovery"]);
        if (recovery !== unknown) {
            const enabled = read(() => ((recovery ?? {}) as Props)["enabled"]);
            if (enabled !== true && enabled !== unknown) {
                report(`pointInTimeRecovery.enabled is ${show(enabled)}; set it to true`);
            }
        }
        for (const replica of list(() => props["replicas"])) {
            const enabled = read(() => replica["pointInTimeRecovery"]);
            if (enabled !== true && enabled !== unknown) {
                report(
                    `the replica in ${show(read(() => replica["regionName"]))} has pointInTimeRecovery ${show(enabled)}; set it to true`,
                );
            }
        }
    }),
};
