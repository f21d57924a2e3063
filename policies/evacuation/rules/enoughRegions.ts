import type { StackValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { selfTest, votesIn } from "../votes";

interface Config {
    readonly minimumInService: number;
}

export const enoughRegions: StackValidationPolicy = {
    name: "evacuation-enough-regions",
    description: "The votes of a region must leave enough regions in service.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Do not evacuate: repair the region, or add one. minimumInService is set in the pack's configuration.",
    configSchema: {
        properties: {
            minimumInService: {
                type: "number",
                minimum: 1,
                default: 2,
                description: "regions that have to be left, this one included",
            },
        },
    },
    validateStack: (args, report) => {
        const votes = votesIn(args.resources).filter(({ subject }) => subject !== selfTest);
        const against = votes.filter(({ body }) => body === "evacuate");
        const left = votes.length - against.length + 1;
        const { minimumInService } = args.getConfig<Config>();
        if (against.length > 0 && left < minimumInService) {
            report(
                `${left} of ${votes.length + 1} regions would be left in service; it must be at least ${minimumInService}`,
                against[0]?.urn,
            );
        }
    },
};
