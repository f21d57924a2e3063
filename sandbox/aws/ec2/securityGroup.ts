import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, isOther, keepId, record, records, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { checkPeer, checkPorts, rulesPerDirection } from "./rulePermissions";
import { dependencyViolation, required, tokens } from "./tokens";

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
export const securityGroupType: ResourceType = {
    type: tokens.securityGroup,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateSecurityGroup",
        read: "DescribeSecurityGroups",
        update: "ModifySecurityGroupRules",
        delete: "DeleteSecurityGroup",
    },
    inputs: [
        "description",
        "egress",
        "ingress",
        "name",
        "namePrefix",
        "revokeRulesOnDelete",
        "tags",
        "vpcId",
    ],
    required: [],
    replaceOn: ["description", "name", "namePrefix", "vpcId"],
    unordered: ["egress", "ingress"],
    autoname: { property: "name", maxLength: 255 },
    defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
    computed: ["arn", "egress", "ingress", "ownerId", "vpcId"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^(?!sg-)[\w .\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
            "must be 1 to 255 of a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$* and not begin with sg-",
        );
        problems.matches(
            inputs,
            "description",
            /^[\w .\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
            "must be 1 to 255 of a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*",
        );
        for (const direction of ["ingress", "egress"]) {
            records(inputs, direction).forEach((rule, index) => {
                const path = `${direction}[${index}].`;
                checkPorts(problems, rule, "protocol", path);
                for (const property of ["cidrBlocks", "ipv6CidrBlocks"]) {
                    for (const block of texts(rule, property)) {
                        checkPeer(problems, property, block, path);
                    }
                }
            });
            const count = records(inputs, direction).length;
            if (count > rulesPerDirection) {
                problems.add(direction, `takes at most ${rulesPerDirection} rules, got ${count}`);
            }
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const vpcId = text(inputs, "vpcId");
        if (vpcId === undefined) {
            throw new AwsError(
                "VPCIdNotSpecified",
                "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
            );
        }
        required(context, "vpc", vpcId);
        const name = text(inputs, "name");
        const taken = context.store
            .list(tokens.securityGroup, context.region)
            .some(
                (other) =>
                    isOther(other, current) &&
                    text(other.outputs, "vpcId") === vpcId &&
                    text(other.outputs, "name") === name,
            );
        if (taken) {
            throw new AwsError(
                "InvalidGroup.Duplicate",
                `The security group '${name}' already exists for VPC '${vpcId}'`,
            );
        }
        for (const referenced of referencedGroups(inputs)) {
            required(context, "securityGroup", referenced);
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `sg-${context.unique(17)}`);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("ec2", context, `security-group/${id}`),
                egress: inputs.egress ?? [],
                ingress: inputs.ingress ?? [],
                ownerId: context.accountId,
            },
        };
    },

    refuseDelete(outputs, context) {
        const id = text(outputs, "id") ?? "";
        if (isUsed(id, context)) {
            throw dependencyViolation(`resource ${id} has a dependent object`);
        }
    },
};

function referencedGroups(inputs: Props): readonly string[] {
    return [...records(inputs, "ingress"), ...records(inputs, "egress")].flatMap((rule) =>
        texts(rule, "securityGroups"),
    );
}

/** Whether an interface carries the group, or another group's rule names it. */
function isUsed(id: string, context: TypeContext): boolean {
    const carries = (resource: StoredResource): boolean =>
        texts(resource.outputs, "securityGroups").includes(id) ||
        texts(resource.outputs, "securityGroupIds").includes(id) ||
        texts(record(resource.outputs, "networkConfiguration"), "securityGroups").includes(id);
    const list = (type: string): readonly StoredResource[] =>
        context.store.list(type, context.region);
    return (
        [tokens.loadBalancer, tokens.vpcEndpoint, tokens.service].some((type) =>
            list(type).some(carries),
        ) ||
        [tokens.ingressRule, tokens.egressRule].some((type) =>
            list(type).some(
                (rule) =>
                    text(rule.outputs, "referencedSecurityGroupId") === id &&
                    text(rule.outputs, "securityGroupId") !== id,
            ),
        ) ||
        list(tokens.securityGroup).some(
            (group) => group.id !== id && referencedGroups(group.outputs).includes(id),
        )
    );
}
