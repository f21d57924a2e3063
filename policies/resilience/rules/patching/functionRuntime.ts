import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { isSet, read, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly supportedRuntimes: readonly string[];
}

export const functionRuntime: ResourceValidationPolicy = {
    name: "patching-function-runtime",
    description: "A function must run on a runtime that AWS still patches.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("Lambda.2"),
    tags: ["patching", "lambda"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    remediationSteps:
        "Move to a runtime on the list, or put one that AWS has added since into supportedRuntimes.",
    configSchema: {
        properties: {
            supportedRuntimes: {
                type: "array",
                items: { type: "string" },
                default: [
                    "nodejs22.x",
                    "nodejs24.x",
                    "python3.12",
                    "python3.13",
                    "python3.14",
                    "ruby3.4",
                    "java21",
                    "java25",
                    "provided.al2023",
                ],
                description: "a list to keep: AWS says on the page above when it ends support",
            },
        },
    },
    validateResource: resourcesOfType("aws:lambda/function:Function", (props, report, args) => {
        const { supportedRuntimes } = args.getConfig<Config>();
        const runtime = read(() => props["runtime"]);
        // A function from an image brings its own.
        if (isSet(runtime) && runtime !== unknown && !supportedRuntimes.includes(String(runtime))) {
            report(`runtime is ${show(runtime)}; use one of ${supportedRuntimes.join(", ")}`);
        }
    }),
};
