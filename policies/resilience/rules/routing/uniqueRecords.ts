import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import type { TreeRecord } from "../../routing/model";
import { nameOf, placeText } from "../../routing/words";

/** What two records of a name and type may not both have, by what the message calls it. */
const aspects: Readonly<Record<string, (record: TreeRecord) => string | undefined>> = {
    setIdentifier: ({ setIdentifier }) => setIdentifier,
    region: ({ routing }) => (routing.policy === "latency" ? routing.region : undefined),
    place: ({ routing }) => (routing.policy === "geolocation" ? placeText(routing) : undefined),
    role: ({ routing }) => (routing.policy === "failover" ? routing.role : undefined),
    location: ({ routing }) => (routing.policy === "cidr" ? routing.location : undefined),
    name: ({ routing }) => (routing.policy === "simple" ? "(no routing policy)" : undefined),
};

export const uniqueRecords: StackValidationPolicy = {
    name: "routing-unique-records",
    description:
        "Each record of a name and type must have a setIdentifier, and a region, place or failover role, of its own.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("resource-record-sets-values-shared"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html",
    remediationSteps: "Remove one of the two records, or give it a value of its own.",
    validateStack: (args, report) => {
        for (const group of recordTreeOf(args.resources).groups) {
            for (const [aspect, of] of Object.entries(aspects)) {
                const seen = new Set<string>();
                for (const record of group.records) {
                    const value = of(record);
                    if (value === undefined || value === "") {
                        continue;
                    }
                    if (seen.has(value)) {
                        report(
                            `${nameOf(group)} has two records with ${aspect} ${value}; Route 53 keeps one of them, so remove the other or give it a ${aspect} of its own`,
                            record.urn,
                        );
                    }
                    seen.add(value);
                }
            }
        }
    },
};
