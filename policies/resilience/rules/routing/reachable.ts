import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { ranked } from "../../routing/choose";
import { Failing } from "../../routing/failing";
import { locations } from "../../routing/locations";
import type { RecordGroup, TreeRecord } from "../../routing/model";
import { recordText } from "../../routing/words";

/**
 * A record that nothing can lead to is a standby that will not stand in: the day it is needed,
 * Route 53 goes on answering with what it was to replace.
 */
export const reachable: StackValidationPolicy = {
    name: "routing-reachable",
    description: "Every routed record must be the answer in some state of the world.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("health-checks-how-route-53-chooses-records"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html",
    remediationSteps:
        "Let the records that come before it follow health, mend a health check that can never pass, or remove the record.",
    validateStack: (args, report) => {
        const tree = recordTreeOf(args.resources);
        const failing = new Failing(tree);
        for (const group of tree.groups) {
            for (const record of group.records) {
                const reason =
                    record.routing.policy === "simple"
                        ? undefined
                        : unreachable(record, group, failing);
                if (reason !== undefined) {
                    report(`${recordText(record)} is never the answer: ${reason}`, record.urn);
                }
            }
        }
    },
};

function unreachable(record: TreeRecord, group: RecordGroup, failing: Failing): string | undefined {
    if (!failing.canWork(record)) {
        return "it can never be healthy; mend its health check";
    }
    const first = (before: readonly TreeRecord[]) =>
        before.find((other) => !failing.canFail(other));
    const reason = (other: TreeRecord) =>
        `${JSON.stringify(other.setIdentifier)} comes first and follows no health that could fail; set its healthCheckId or evaluateTargetHealth`;
    const { name, type } = group;
    switch (record.routing.policy) {
        case "weighted": {
            const weighted = group.records.filter(
                ({ routing }) => routing.policy === "weighted" && routing.weight > 0,
            );
            const other = record.routing.weight > 0 ? undefined : first(weighted);
            return other && reason(other);
        }
        case "failover":
        case "latency":
        case "geoproximity": {
            const blocked = locations.map((from) => {
                const order = ranked(group, { name, type, from });
                return first(order.slice(0, order.indexOf(record)));
            });
            const [other] = blocked;
            return blocked.includes(undefined) || other === undefined ? undefined : reason(other);
        }
        case "simple":
        case "geolocation":
        case "cidr":
        case "multivalue":
            return undefined;
    }
}
