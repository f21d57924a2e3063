import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { read, show } from "../../support";
import { records } from "./records";

interface Config {
    readonly maximumTtl: number;
}

export const ttl: StackValidationPolicy = {
    name: "routing-ttl",
    description: "A routed record's TTL must be short enough for users to follow a failover.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: route53Guide("resource-record-sets-values-weighted"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html",
    remediationSteps: "Set ttl to at most 60 seconds.",
    configSchema: {
        properties: { maximumTtl: { type: "number", minimum: 1, default: 60 } },
    },
    validateStack: (args, report) => {
        const { maximumTtl } = args.getConfig<Config>();
        for (const record of records(args.resources)) {
            const seconds = read(() => record.props["ttl"]);
            if (
                record.policy !== undefined &&
                typeof seconds === "number" &&
                seconds > maximumTtl
            ) {
                report(
                    `${show(record.name)} has ttl ${seconds}; it must be at most ${maximumTtl}`,
                    record.urn,
                );
            }
        }
    },
};
