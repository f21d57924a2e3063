import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { arn, byId, isOther, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { clusterType } from "./members";

export const subnetGroupType = "aws:rds/subnetGroup:SubnetGroup";

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "name",
        /^(?!default$)[a-z0-9 ._-]{1,255}$/,
        "must have up to 255 lower case letters, digits, spaces, dots, underscores and hyphens, and not be default",
    );
    return problems.found;
}

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html: two zones at least. */
function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const name = text(inputs, "name") ?? "";
    const namesake = byId(context, subnetGroupType, name);
    if (namesake !== undefined && isOther(namesake, current)) {
        throw new AwsError(
            "DBSubnetGroupAlreadyExists",
            `The DB subnet group already exists: ${name}`,
        );
    }
    const subnets = texts(inputs, "subnetIds").map((id) => {
        const subnet = byId(context, "aws:ec2/subnet:Subnet", id);
        if (subnet === undefined) {
            throw new AwsError(
                "InvalidSubnet",
                `Some input subnets in :[${id}] are invalid; there is none in ${context.region}`,
            );
        }
        return subnet.outputs;
    });
    const vpcs = new Set(subnets.map((subnet) => text(subnet, "vpcId")));
    if (vpcs.size > 1) {
        throw new AwsError(
            "InvalidParameterValue",
            `The subnets are in different VPCs: ${[...vpcs].join(", ")}`,
        );
    }
    const zones = new Set(subnets.map((subnet) => text(subnet, "availabilityZone")));
    if (zones.size < 2) {
        throw new AwsError(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            `The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: ${[...zones].join(", ")}. Add subnets to cover at least 2 AZs.`,
        );
    }
}

export const subnetGroup: ResourceType = {
    type: subnetGroupType,
    service: "rds",
    home: "regional",
    actions: {
        create: "CreateDBSubnetGroup",
        read: "DescribeDBSubnetGroups",
        update: "ModifyDBSubnetGroup",
        delete: "DeleteDBSubnetGroup",
    },
    inputs: ["description", "name", "namePrefix", "subnetIds", "tags"],
    required: ["subnetIds"],
    replaceOn: ["name", "namePrefix"],
    autoname: { property: "name", maxLength: 255, lowercase: true },
    defaults: { description: "Managed by Pulumi" },
    unordered: ["subnetIds"],
    computed: ["arn", "supportedNetworkTypes", "vpcId"],
    check,
    admit,
    compute: (inputs, context) => {
        const name = text(inputs, "name") ?? "";
        const first = byId(context, "aws:ec2/subnet:Subnet", texts(inputs, "subnetIds")[0] ?? "");
        return {
            id: name,
            outputs: {
                ...inputs,
                arn: arn("rds", context, `subgrp:${name}`),
                supportedNetworkTypes: ["IPV4"],
                vpcId: text(first?.outputs, "vpcId") ?? "",
            },
        };
    },
    refuseDelete: (outputs, context) => {
        const name = text(outputs, "name") ?? "";
        const user = context.store
            .list(clusterType, context.region)
            .find((cluster) => text(cluster.outputs, "dbSubnetGroupName") === name);
        if (user !== undefined) {
            throw new AwsError(
                "InvalidDBSubnetGroupStateFault",
                `Cannot delete the subnet group '${name}' because at least one database instance: ${user.id} is still using it.`,
            );
        }
    },
};
