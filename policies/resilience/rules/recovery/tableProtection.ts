import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { setting } from "../../remediation";
import { requireValue, resourcesOfType } from "../../support";

const types = ["aws:dynamodb/table:Table", "aws:dynamodb/tableReplica:TableReplica"];

export const tableProtection: ResourceValidationPolicy = {
    name: "recovery-table-deletion-protection",
    description: "A DynamoDB table must be protected from deletion.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("DynamoDB.6"),
    tags: ["recovery", "dynamodb"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
    remediationSteps:
        "Set deletionProtectionEnabled to true, on each replica too. To take a stack down, update it once without the pack.",
    remediateResource: setting(types, () => ({ deletionProtectionEnabled: true })),
    validateResource: resourcesOfType(types, (props, report) => {
        requireValue(
            props,
            "deletionProtectionEnabled",
            [true],
            "a table is deleted by one call, with every item",
            report,
        );
    }),
};
