import type { ResourceValidationPolicy } from "@pulumi/policy";

import { objectTypes } from "../../buckets";
import { serviceGuide } from "../../frameworks";
import { isSet, type Props, read, resourcesOfType, show, unknown } from "../../support";
import { evacuate } from "../../voteChecks";
import { selfTestKey } from "../../voteObjects";

/** How far into a body Route 53's health checkers look for a string, bytes. */
const searchedBytes = 5120;

/**
 * The one word that is always said: a checker that does not find it could not find a vote either. With
 * another word in it, every region's lever reads as broken, and the alarm on it as a matter of course.
 */
export const selfTest: ResourceValidationPolicy = {
    name: "votes-self-test",
    description: "The self-test of a region's votes must say evacuate.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: serviceGuide(
        "Amazon Route 53",
        "Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints",
    ),
    tags: ["votes", "s3"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html",
    remediationSteps: 'Set content of the object with the key votes/self-test to "evacuate".',
    validateResource: resourcesOfType(objectTypes, (props, report) => {
        if (read(() => props["key"]) !== selfTestKey) {
            return;
        }
        const body = bodyOf(props);
        if (body === undefined) {
            report(
                `what votes/self-test says is not in its content, where it could be checked; set content to "${evacuate}"`,
            );
        } else if (body !== unknown && !(typeof body === "string" && says(body))) {
            report(
                `votes/self-test says ${show(body)}, so that nobody can tell a lever that works from one that does not; set content to "${evacuate}"`,
            );
        }
    }),
};

/** Undefined when it comes from a file or another object. */
function bodyOf(props: Props): unknown {
    const content = read(() => props["content"]);
    if (isSet(content)) {
        return content;
    }
    const encoded = read(() => props["contentBase64"]);
    return typeof encoded === "string" && encoded !== ""
        ? Buffer.from(encoded, "base64").toString()
        : encoded === unknown
          ? unknown
          : undefined;
}

function says(body: string): boolean {
    return Buffer.from(body).subarray(0, searchedBytes).includes(evacuate);
}
