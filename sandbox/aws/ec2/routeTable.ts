import type { ResourceType } from "../resourceType";
import { arn, keepId, text } from "../support/known";
import { dependencyViolation, required, tokens } from "./tokens";

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRouteTable.html */
export const routeTableType: ResourceType = {
    type: tokens.routeTable,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateRouteTable",
        read: "DescribeRouteTables",
        update: "ReplaceRoute",
        delete: "DeleteRouteTable",
    },
    inputs: ["propagatingVgws", "routes", "tags", "vpcId"],
    required: ["vpcId"],
    replaceOn: ["vpcId"],
    unordered: ["propagatingVgws", "routes"],
    computed: ["arn", "ownerId", "propagatingVgws", "routes"],

    admit(inputs, context) {
        required(context, "vpc", text(inputs, "vpcId") ?? "");
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `rtb-${context.unique(17)}`);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("ec2", context, `route-table/${id}`),
                ownerId: context.accountId,
                propagatingVgws: inputs.propagatingVgws ?? [],
                routes: inputs.routes ?? [],
            },
        };
    },

    refuseDelete(outputs, context) {
        const id = text(outputs, "id");
        const associated = context.store
            .list(tokens.routeTableAssociation, context.region)
            .some((association) => text(association.outputs, "routeTableId") === id);
        if (associated) {
            throw dependencyViolation(
                `The routeTable '${id}' has dependencies and cannot be deleted.`,
            );
        }
    },
};
