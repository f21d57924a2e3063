import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { read, show } from "../../support";
import { publicZonesWithout } from "../../zones";

/** Binds who makes a zone: one that a stack is only told of is somebody else's to sign. */
export const zoneSigned: StackValidationPolicy = {
    name: "routing-zone-signed",
    description: "A public hosted zone must be signed, so that nobody can answer in its place.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: route53Guide("dns-configuring-dnssec"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html",
    remediationSteps:
        "Add a KeySigningKey with an ECC_NIST_P256 key in us-east-1 and a HostedZoneDnsSec, and give the parent zone the DS record.",
    validateStack: (args, report) => {
        for (const zone of publicZonesWithout(
            args.resources,
            "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec",
            "hostedZoneId",
        )) {
            report(
                `zone ${show(read(() => zone.props["name"]))} is not signed; add a KeySigningKey and a HostedZoneDnsSec`,
                zone.urn,
            );
        }
    },
};
