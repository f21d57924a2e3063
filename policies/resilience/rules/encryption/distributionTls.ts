import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { list, type Props, read, resourcesOfType, show, unknown } from "../../support";

/** Security policies of CloudFront that speak TLS 1.2 and newer only. */
const modern = /^TLSv1\.[23]_/;
const secure = ["https-only", "redirect-to-https"];

export const distributionTls: ResourceValidationPolicy = {
    name: "encryption-distribution-tls",
    description:
        "A distribution must speak TLS 1.2 or newer with viewers, and TLS 1.2 with its origins.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("CloudFront.3"),
    tags: ["encryption", "cloudfront"],
    url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https.html",
    remediationSteps:
        "Set viewerProtocolPolicy redirect-to-https or https-only, minimumProtocolVersion TLSv1.2_2021, originProtocolPolicy https-only and originSslProtocols TLSv1.2.",
    validateResource: resourcesOfType(
        "aws:cloudfront/distribution:Distribution",
        (props, report) => {
            const certificate = read(() => props["viewerCertificate"]);
            const oldest =
                certificate === unknown
                    ? unknown
                    : read(() => part(certificate)["minimumProtocolVersion"]);
            if (oldest !== unknown && !modern.test(String(oldest))) {
                report(
                    `viewerCertificate.minimumProtocolVersion is ${show(oldest)}, which allows TLS older than 1.2; use TLSv1.2_2021`,
                );
            }
            const behaviors = [
                ...list(() => [props["defaultCacheBehavior"]]),
                ...list(() => props["orderedCacheBehaviors"]),
            ];
            for (const behavior of behaviors) {
                const protocol = read(() => behavior["viewerProtocolPolicy"]);
                if (protocol !== unknown && !secure.includes(String(protocol))) {
                    report(
                        `viewerProtocolPolicy is ${show(protocol)}, which serves plain HTTP; use ${secure.join(" or ")}`,
                    );
                }
            }
            for (const origin of list(() => props["origins"])) {
                judgeOrigin(origin, report);
            }
        },
    ),
};

function judgeOrigin(origin: Props, report: (message: string) => void): void {
    const custom = read(() => origin["customOriginConfig"]);
    if (custom === undefined || custom === unknown) {
        return;
    }
    const id = show(read(() => origin["originId"]));
    const protocol = read(() => part(custom)["originProtocolPolicy"]);
    if (protocol !== unknown && protocol !== "https-only") {
        report(`origin ${id}: originProtocolPolicy is ${show(protocol)}; use https-only`);
    }
    const versions = read(() => part(custom)["originSslProtocols"]);
    if (Array.isArray(versions) && versions.some((version) => version !== "TLSv1.2")) {
        report(`origin ${id}: originSslProtocols are ${show(versions)}; use TLSv1.2 alone`);
    }
}

/** A nested object; an absent one is empty. */
function part(value: unknown): Props {
    return typeof value === "object" && value !== null ? (value as Props) : {};
}
