import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { at, list, type Props, read, resourcesOfType, show, unknown } from "../../support";

/** Policies that speak TLS 1.2 and newer only. */
const modern = /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)/;

export const loadBalancerTls: ResourceValidationPolicy = {
    name: "encryption-load-balancer-tls",
    description:
        "A load balancer's listener must speak TLS 1.2 or newer, or do nothing but redirect to one that does.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("ELB.17"),
    tags: ["encryption", "elb"],
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
    remediationSteps:
        "Use protocol HTTPS with sslPolicy ELBSecurityPolicy-TLS13-1-2-2021-06 or newer; let an HTTP listener only redirect to HTTPS.",
    validateResource: resourcesOfType(
        ["aws:lb/listener:Listener", "aws:alb/listener:Listener"],
        (props, report) => {
            const protocol = read(() => props["protocol"]);
            if (protocol === "HTTP") {
                const actions = list(() => props["defaultActions"]);
                if (actions.some((action) => !redirectsToTls(action))) {
                    report(
                        "an HTTP listener must only redirect to HTTPS; change its default action",
                    );
                }
                return;
            }
            // The others (TCP, UDP, GENEVE) pass on what is not theirs to encrypt.
            const sslPolicy = read(() => props["sslPolicy"]);
            if (
                ["HTTPS", "TLS"].includes(String(protocol)) &&
                sslPolicy !== unknown &&
                !modern.test(String(sslPolicy))
            ) {
                report(
                    `sslPolicy is ${show(sslPolicy)}, which allows TLS older than 1.2; use ELBSecurityPolicy-TLS13-1-2-2021-06`,
                );
            }
        },
    ),
};

/** Whether an action sends the user to HTTPS, as far as a preview knows. */
function redirectsToTls(action: Props): boolean {
    const protocol = at(action, "redirect.protocol");
    return protocol === unknown || protocol === "HTTPS";
}
