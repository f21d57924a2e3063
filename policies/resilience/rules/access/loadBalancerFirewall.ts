import type { StackValidationPolicy } from "@pulumi/policy";

import { Attachments } from "../../attachments";
import { securityHub } from "../../frameworks";
import { isApplication, loadBalancerTypes } from "../../loadBalancers";
import { ofType, read, show } from "../../support";

/** Judged on the whole stack: an association is a resource of its own. */
export const loadBalancerFirewall: StackValidationPolicy = {
    name: "access-load-balancer-firewall",
    description: "An application load balancer that faces the internet must have a web ACL.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: securityHub("ELB.16"),
    tags: ["access", "elb", "wafv2"],
    url: "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html",
    remediationSteps: "Add a WebAclAssociation whose resourceArn is the load balancer's.",
    validateStack: (args, report) => {
        const associations = new Attachments(
            ofType(args.resources, "aws:wafv2/webAclAssociation:WebAclAssociation"),
            "resourceArn",
        );
        for (const balancer of ofType(args.resources, ...loadBalancerTypes)) {
            const faces =
                isApplication(balancer.props) && read(() => balancer.props["internal"]) !== true;
            if (faces && associations.of(balancer, "arn", "id").length === 0) {
                report(
                    `load balancer ${show(read(() => balancer.props["name"]))} has no web ACL, so nothing limits what anybody sends; associate one`,
                    balancer.urn,
                );
            }
        }
    },
};
