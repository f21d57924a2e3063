import type { ResourceValidationPolicy } from "@pulumi/policy";

import { securityHub } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly minimumHours: number;
}

/** Who reads a stream for another region waits while that region is lost: what has expired by then is lost to it. */
export const streamRetention: ResourceValidationPolicy = {
    name: "recovery-stream-retention",
    description: "A Kinesis stream must keep its records for as long as a reader may be away.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: securityHub("Kinesis.3"),
    tags: ["recovery", "kinesis"],
    url: "https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html",
    remediationSteps: "Set retentionPeriod to minimumHours or more.",
    configSchema: {
        properties: { minimumHours: { type: "number", minimum: 24, maximum: 8760, default: 168 } },
    },
    validateResource: resourcesOfType("aws:kinesis/stream:Stream", (props, report, args) => {
        const { minimumHours } = args.getConfig<Config>();
        // AWS keeps a day's when nothing is said.
        const hours = read(() => props["retentionPeriod"]) ?? 24;
        if (hours !== unknown && Number(hours) < minimumHours) {
            report(
                `retentionPeriod is ${show(hours)}; it must be at least ${minimumHours} hours, or what a lost region has not read by then is gone`,
            );
        }
    }),
};
