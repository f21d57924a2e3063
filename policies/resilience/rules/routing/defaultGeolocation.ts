import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { read, show } from "../../support";
import { placeOf, records, type RoutedRecord } from "./records";

export const defaultGeolocation: StackValidationPolicy = {
    name: "routing-default-geolocation",
    description:
        "A name with geolocation records must have a default one (country *), or users of any other place get no answer.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: route53Guide("routing-policy-geo"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-geo.html",
    remediationSteps: 'Add a record of the same name and type with geolocation country "*".',
    validateStack: (args, report) => {
        const groups = new Map<string, RoutedRecord[]>();
        for (const record of records(args.resources)) {
            if (record.policy === "geolocation" && typeof record.name === "string") {
                // A private zone's default is none for the public zone of the same name.
                const zone = read(() => record.props["zoneId"]);
                const key = JSON.stringify([show(zone), record.name, show(record.type)]);
                groups.set(key, [...(groups.get(key) ?? []), record]);
            }
        }
        for (const members of groups.values()) {
            // In an order of its own: that of registration differs from run to run.
            const group = [...members].sort((a, b) => (a.urn < b.urn ? -1 : 1));
            if (!group.some((record) => placeOf(record) === "*")) {
                const [first] = group;
                report(
                    `${String(first?.name)} ${String(first?.type)} answers ${group.map((record) => show(placeOf(record))).join(", ")} and nobody else; add a default record (country "*")`,
                    group[0]?.urn,
                );
            }
        }
    },
};
