import type { StackValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { read, show } from "../../support";
import { publicZonesWithout } from "../../zones";

/** Binds who makes a zone: one that a stack is only told of is somebody else's to log. */
export const zoneQueries: StackValidationPolicy = {
    name: "logging-zone-queries",
    description: "A public hosted zone must log the queries that it answers.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("Route53.2"),
    tags: ["logging", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html",
    remediationSteps:
        "Add a QueryLog of the zone, with a log group in us-east-1 that route53.amazonaws.com may write.",
    validateStack: (args, report) => {
        for (const zone of publicZonesWithout(
            args.resources,
            "aws:route53/queryLog:QueryLog",
            "zoneId",
        )) {
            report(
                `zone ${show(read(() => zone.props["name"]))} logs no queries; add a QueryLog`,
                zone.urn,
            );
        }
    },
};
