import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { list, type Props, read, resourcesOfType, show, unknown } from "../../support";

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
    validateResource: resourcesOfType("aws:lb/listener:Listener", (props, report) => {
        const protocol = read(() => props["protocol"]);
        if (protocol === "HTTP") {
            const redirects = list(() => props["defaultActions"]).every(
                (action) =>
                    read(() => (action["redirect"] as Props | undefined)?.["protocol"]) === "HTTPS",
            );
            if (!redirects) {
                report("an HTTP listener must only redirect to HTTPS; change its default action");
            }
            return;
        }
        const sslPolicy = read(() => props["sslPolicy"]);
        if (sslPolicy !== unknown && !modern.test(String(sslPolicy))) {
            report(
                `sslPolicy is ${show(sslPolicy)}, which allows TLS older than 1.2; use ELBSecurityPolicy-TLS13-1-2-2021-06`,
            );
        }
    }),
};
