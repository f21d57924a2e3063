import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { tokens as ec2 } from "../ec2/tokens";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, byId, items, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { checkIdentifier } from "./names";
import { tokens } from "./tokens";

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheSubnetGroup.html */
export const subnetGroupType: ResourceType = {
    type: tokens.subnetGroup,
    service: "elasticache",
    home: "regional",
    actions: {
        create: "CreateCacheSubnetGroup",
        read: "DescribeCacheSubnetGroups",
        update: "ModifyCacheSubnetGroup",
        delete: "DeleteCacheSubnetGroup",
    },
    inputs: ["description", "name", "subnetIds", "tags"],
    required: ["subnetIds"],
    replaceOn: ["name"],
    autoname: { property: "name", maxLength: 255, lowercase: true },
    defaults: { description: "Managed by Pulumi" },
    unordered: ["subnetIds"],
    computed: ["arn", "vpcId"],

    check(inputs) {
        const problems = new Problems();
        checkIdentifier(problems, inputs, "name", 255);
        if (text(inputs, "name")?.toLowerCase() === "default") {
            problems.add("name", 'must not be "default", which AWS keeps for itself');
        }
        if (Array.isArray(inputs.subnetIds) && items(inputs, "subnetIds").length === 0) {
            problems.add("subnetIds", "must name at least one subnet");
        }
        return problems.found;
    },

    admit(inputs, context) {
        const vpcs = new Set(texts(inputs, "subnetIds").map((id) => vpcOf(id, context)));
        if (vpcs.size > 1) {
            throw new AwsError(
                "InvalidSubnet",
                `The subnets of a cache subnet group must be in one VPC, got ${[...vpcs].join(", ")}`,
            );
        }
    },

    compute(inputs, context) {
        const name = (text(inputs, "name") ?? "").toLowerCase();
        const [first] = texts(inputs, "subnetIds");
        return {
            id: name,
            outputs: {
                ...inputs,
                name,
                arn: arn("elasticache", context, `subnetgroup:${name}`),
                vpcId: first === undefined ? "" : vpcOf(first, context),
            },
        };
    },

    refuseDelete(outputs, context) {
        const name = text(outputs, "name");
        const user = context.store
            .list(tokens.replicationGroup, context.region)
            .find((group) => text(group.outputs, "subnetGroupName") === name);
        if (user !== undefined) {
            throw new AwsError(
                "CacheSubnetGroupInUse",
                `Cache subnet group ${name} is currently in use by ${user.id}.`,
            );
        }
    },
};

/** @throws AwsError InvalidSubnet for a subnet that is not in the region */
function vpcOf(subnetId: string, context: TypeContext): string {
    const subnet: { readonly outputs: Props } | undefined = byId(context, ec2.subnet, subnetId);
    if (subnet === undefined) {
        throw new AwsError("InvalidSubnet", `The subnet ID '${subnetId}' does not exist`);
    }
    return text(subnet.outputs, "vpcId") ?? "";
}
