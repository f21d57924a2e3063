import type { ResourceValidationPolicy } from "@pulumi/policy";

import { configRule } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

export const functionConcurrency: ResourceValidationPolicy = {
    name: "capacity-function-concurrency",
    description:
        "A function must have concurrency of its own, so that it neither takes nor lacks that of others.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: configRule("lambda-concurrency-check"),
    tags: ["capacity", "lambda"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    remediationSteps: "Set reservedConcurrentExecutions to 1 or more.",
    validateResource: resourcesOfType("aws:lambda/function:Function", (props, report) => {
        const reserved = read(() => props["reservedConcurrentExecutions"]);
        if (reserved !== unknown && Number(reserved ?? -1) < 1) {
            report(
                `reservedConcurrentExecutions is ${show(reserved)}; reserve 1 or more: all functions of a region share one pool, and a busy one starves the rest`,
            );
        }
    }),
};
