import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, isOther, keepId, number, text } from "../support/known";
import { Problems } from "../support/problems";
import { checkPeer, checkPorts, rulesPerDirection } from "./rulePermissions";
import { required, tokens } from "./tokens";

const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html */
export const securityGroupIngressRuleType = ruleType(tokens.ingressRule, "Ingress");

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupEgress.html */
export const securityGroupEgressRuleType = ruleType(tokens.egressRule, "Egress");

function ruleType(type: string, direction: "Ingress" | "Egress"): ResourceType {
    return {
        type,
        service: "ec2",
        home: "regional",
        actions: {
            create: `AuthorizeSecurityGroup${direction}`,
            read: "DescribeSecurityGroupRules",
            update: "ModifySecurityGroupRules",
            delete: `RevokeSecurityGroup${direction}`,
        },
        inputs: [
            ...peers,
            "description",
            "fromPort",
            "ipProtocol",
            "securityGroupId",
            "tags",
            "toPort",
        ],
        required: ["ipProtocol", "securityGroupId"],
        replaceOn: ["securityGroupId"],
        computed: ["arn", "securityGroupRuleId"],

        check(inputs) {
            const problems = new Problems();
            problems.exactlyOne(inputs, peers);
            checkPorts(problems, inputs, "ipProtocol");
            for (const property of ["cidrIpv4", "cidrIpv6"]) {
                const block = text(inputs, property);
                if (block !== undefined) {
                    checkPeer(problems, property, block);
                }
            }
            return problems.found;
        },

        admit(inputs, context, current) {
            const group = required(context, "securityGroup", text(inputs, "securityGroupId") ?? "");
            const referenced = text(inputs, "referencedSecurityGroupId");
            if (referenced !== undefined) {
                required(context, "securityGroup", referenced);
            }
            const others = context.store
                .list(type, context.region)
                .filter(
                    (other) =>
                        isOther(other, current) &&
                        text(other.outputs, "securityGroupId") === group.id,
                );
            if (others.some((other) => describe(other.outputs) === describe(inputs))) {
                throw new AwsError(
                    "InvalidPermission.Duplicate",
                    `the specified rule "${describe(inputs)}, ALLOW" already exists`,
                );
            }
            if (others.length >= rulesPerDirection) {
                throw new AwsError(
                    "RulesPerSecurityGroupLimitExceeded",
                    "The maximum number of rules per security group has been reached.",
                );
            }
        },

        compute(inputs, context, current) {
            const id = keepId(current, () => `sgr-${context.unique(17)}`);
            return {
                id,
                outputs: {
                    ...inputs,
                    id,
                    arn: arn("ec2", context, `security-group-rule/${id}`),
                    securityGroupRuleId: id,
                },
            };
        },
    };
}

/** A rule as EC2 names it in its errors; two rules that read the same are the same. */
function describe(rule: Props): string {
    const peer = peers.map((property) => text(rule, property) ?? "").join("");
    const protocol = text(rule, "ipProtocol") ?? "";
    if (protocol === "-1" || protocol === "all") {
        return `peer: ${peer}, ALL`;
    }
    const ports = `from port: ${number(rule, "fromPort")}, to port: ${number(rule, "toPort")}`;
    return `peer: ${peer}, ${protocol.toUpperCase()}, ${ports}`;
}
