import type { ResourceValidationPolicy } from "@pulumi/policy";

import { serviceGuide } from "../../frameworks";
import { elements, read, resourcesOfType, show, unknown } from "../../support";

export const tableStream: ResourceValidationPolicy = {
    name: "recovery-table-stream",
    description:
        "A DynamoDB table with replicas must have a stream of new and old images, by which they are kept alike.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: serviceGuide(
        "Amazon DynamoDB",
        "amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices",
    ),
    tags: ["recovery", "dynamodb"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html",
    remediationSteps: "Set streamEnabled to true and streamViewType to NEW_AND_OLD_IMAGES.",
    validateResource: resourcesOfType("aws:dynamodb/table:Table", (props, report) => {
        if (elements(() => props["replicas"]).length === 0) {
            return;
        }
        const enabled = read(() => props["streamEnabled"]);
        const view = read(() => props["streamViewType"]);
        if (enabled !== true && enabled !== unknown) {
            report(`streamEnabled is ${show(enabled)}; replicas need it to be true`);
        } else if (view !== "NEW_AND_OLD_IMAGES" && view !== unknown) {
            report(`streamViewType is ${show(view)}; replicas need "NEW_AND_OLD_IMAGES"`);
        }
    }),
};
