import type { ReportViolation, ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { at, list, type Props, read, show, unknown } from "../../support";

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
    validateResource: (args, report) => {
        const props = args.props as Props;
        if (args.type === "aws:dynamodb/table:Table") {
            judgeTable(props, report);
        } else if (args.type === "aws:dynamodb/tableReplica:TableReplica") {
            judgeSwitch(
                read(() => props["pointInTimeRecovery"]),
                "the replica",
                report,
            );
        }
    },
};

function judgeTable(props: Props, report: ReportViolation): void {
    judgeSwitch(at(props, "pointInTimeRecovery.enabled"), "the table", report);
    for (const replica of list(() => props["replicas"])) {
        const region = show(read(() => replica["regionName"]));
        judgeSwitch(
            read(() => replica["pointInTimeRecovery"]),
            `the replica in ${region}`,
            report,
        );
    }
}

function judgeSwitch(enabled: unknown, what: string, report: ReportViolation): void {
    if (enabled !== true && enabled !== unknown) {
        report(`point-in-time recovery of ${what} is ${show(enabled)}; set it to true`);
    }
}
