import type { StackValidationPolicy } from "@pulumi/policy";

import { Attachments } from "../../attachments";
import { securityHub } from "../../frameworks";
import { ofType, read, show } from "../../support";

/** Judged on the whole stack: where a web ACL logs to is a resource of its own. */
export const firewallLogs: StackValidationPolicy = {
    name: "logging-web-acl",
    description: "A web ACL must log what it blocks.",
    enforcementLevel: "mandatory",
    severity: "low",
    framework: securityHub("WAF.11"),
    tags: ["logging", "wafv2"],
    url: "https://docs.aws.amazon.com/waf/latest/developerguide/logging.html",
    remediationSteps: "Add a WebAclLoggingConfiguration whose resourceArn is the web ACL's.",
    validateStack: (args, report) => {
        const logged = new Attachments(
            ofType(
                args.resources,
                "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
            ),
            "resourceArn",
        );
        for (const acl of ofType(args.resources, "aws:wafv2/webAcl:WebAcl")) {
            if (logged.of(acl, "arn").length === 0) {
                report(
                    `web ACL ${show(read(() => acl.props["name"]))} logs nothing, so nobody can tell whom it turned away; log what it blocks`,
                    acl.urn,
                );
            }
        }
    },
};
