import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { byArn, isOther, text } from "../support/known";
import { Problems } from "../support/problems";
import { associationToken, webAclToken } from "./tokens";

const balancerToken = "aws:lb/loadBalancer:LoadBalancer";

/** @see https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html */
export const associationType: ResourceType = {
    type: associationToken,
    service: "wafv2",
    home: "regional",
    actions: {
        create: "AssociateWebACL",
        read: "GetWebACLForResource",
        update: "AssociateWebACL",
        delete: "DisassociateWebACL",
    },
    inputs: ["resourceArn", "webAclArn"],
    required: ["resourceArn", "webAclArn"],
    replaceOn: ["resourceArn", "webAclArn"],
    computed: [],

    check(inputs) {
        const problems = new Problems();
        const resource = text(inputs, "resourceArn");
        if (resource !== undefined && /^arn:aws[\w-]*:cloudfront:/.test(resource)) {
            problems.add(
                "resourceArn",
                "a distribution names its web ACL itself: set webAclId on the distribution",
            );
        }
        problems.matches(
            inputs,
            "webAclArn",
            /^arn:aws[\w-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\//,
            "must be the ARN of a web ACL of scope REGIONAL",
        );
        return problems.found;
    },

    admit(inputs, context, current) {
        const resource = text(inputs, "resourceArn") ?? "";
        const acl = byArn(context, webAclToken, text(inputs, "webAclArn") ?? "");
        const balancer = byArn(context, balancerToken, resource);
        for (const [found, arn] of [
            [acl, text(inputs, "webAclArn")],
            [balancer, resource],
        ] as const) {
            if (found === undefined || found.region !== context.region) {
                throw new AwsError(
                    "WAFNonexistentItemException",
                    `AWS WAF couldn't perform the operation because your resource doesn't exist in ${context.region}: ${arn}`,
                );
            }
        }
        if (text(balancer?.outputs, "loadBalancerType") !== "application") {
            throw new AwsError(
                "WAFInvalidParameterException",
                `Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: RESOURCE_ARN, parameter: ${resource}`,
            );
        }
        // AWS would put the new one in the other's place, and the two would take turns.
        const taken = context.store
            .list(associationToken, context.region)
            .filter((other) => isOther(other, current))
            .some(({ outputs }) => text(outputs, "resourceArn") === resource);
        if (taken) {
            throw new AwsError(
                "WAFDuplicateItemException",
                `a resource has one web ACL, and ${resource} has another`,
            );
        }
    },

    compute(inputs) {
        return {
            id: `${text(inputs, "webAclArn")},${text(inputs, "resourceArn")}`,
            outputs: inputs,
        };
    },
};
