import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, flag, isOther, keepId, text } from "../support/known";
import { dependencyViolation, required, tokens } from "./tokens";

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html */
export const internetGatewayType: ResourceType = {
    type: tokens.internetGateway,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateInternetGateway",
        read: "DescribeInternetGateways",
        update: "AttachInternetGateway",
        delete: "DeleteInternetGateway",
    },
    inputs: ["tags", "vpcId"],
    required: [],
    replaceOn: [],
    computed: ["arn", "ownerId", "vpcId"],

    admit(inputs, context, current) {
        const vpcId = text(inputs, "vpcId");
        if (vpcId === undefined) {
            return;
        }
        required(context, "vpc", vpcId);
        const attached = context.store
            .list(tokens.internetGateway, context.region)
            .find((other) => isOther(other, current) && text(other.outputs, "vpcId") === vpcId);
        if (attached !== undefined) {
            throw new AwsError(
                "InvalidParameterValue",
                `Network ${vpcId} already has an internet gateway attached`,
            );
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `igw-${context.unique(17)}`);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("ec2", context, `internet-gateway/${id}`),
                ownerId: context.accountId,
                vpcId: text(inputs, "vpcId") ?? "",
            },
        };
    },

    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html
    refuseDelete(outputs, context) {
        const vpcId = text(outputs, "vpcId");
        const publicBalancer = context.store
            .list(tokens.loadBalancer, context.region)
            .some(
                (balancer) =>
                    text(balancer.outputs, "vpcId") === vpcId &&
                    flag(balancer.outputs, "internal") !== true,
            );
        if (publicBalancer) {
            throw dependencyViolation(
                `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
            );
        }
    },
};
