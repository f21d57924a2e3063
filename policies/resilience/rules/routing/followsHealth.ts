import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { list, read, show, unknown } from "../../support";
import { followsHealth as follows, records, type RoutedRecord, targetOf } from "./records";

/**
 * A routed record that follows no health is always healthy, so Route 53 keeps answering with it when
 * what it leads to is gone. Two exceptions hold by Route 53's own rules:
 *
 * - the SECONDARY of a failover pair, which may be the answer of last resort;
 * - a geolocation record whose users must not leave their regions, as long as every record it leads
 *   to follows health itself.
 */
export const followsHealth: StackValidationPolicy = {
    name: "routing-follows-health",
    description:
        "A routed record must have a health check or evaluate the health of its alias target.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: route53Guide("dns-failover-complex-configs"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html",
    remediationSteps:
        "Set healthCheckId on the record, or evaluateTargetHealth on its alias; a failover alias must evaluate target health in any case.",
    validateStack: (args, report) => {
        const all = records(args.resources);
        for (const record of all) {
            if (record.policy === undefined || follows(record) || excused(record, all)) {
                continue;
            }
            report(
                `${show(record.name)} ${show(record.type)} (${record.policy}, ${show(read(() => record.props["setIdentifier"]))}) follows no health, so Route 53 answers with it even when its target is down; set healthCheckId or evaluateTargetHealth`,
                record.urn,
            );
        }
    },
};

function excused(record: RoutedRecord, all: readonly RoutedRecord[]): boolean {
    if (record.policy === "failover" && record.aliases.length === 0) {
        const [failover] = list(() => record.props["failoverRoutingPolicies"]);
        return failover !== undefined && read(() => failover["type"]) === "SECONDARY";
    }
    if (record.policy === "geolocation") {
        const target = targetOf(record);
        if (target === unknown) {
            // Where it leads shows in the update, and is judged there.
            return true;
        }
        const below = all.filter(
            (other) => other.name === target && other.type === record.type && other !== record,
        );
        return below.length > 0 && below.every(follows);
    }
    return false;
}
