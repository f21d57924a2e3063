import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { isOther, keepId, text } from "../support/known";
import { Problems } from "../support/problems";
import { required, tokens } from "./tokens";

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateRouteTable.html */
export const routeTableAssociationType: ResourceType = {
    type: tokens.routeTableAssociation,
    service: "ec2",
    home: "regional",
    actions: {
        create: "AssociateRouteTable",
        read: "DescribeRouteTables",
        update: "ReplaceRouteTableAssociation",
        delete: "DisassociateRouteTable",
    },
    inputs: ["gatewayId", "routeTableId", "subnetId"],
    required: ["routeTableId"],
    replaceOn: ["gatewayId", "subnetId"],
    computed: [],

    check(inputs) {
        const problems = new Problems();
        problems.exactlyOne(inputs, ["subnetId", "gatewayId"]);
        return problems.found;
    },

    admit(inputs, context, current) {
        const table = required(context, "routeTable", text(inputs, "routeTableId") ?? "");
        const subnetId = text(inputs, "subnetId");
        if (subnetId === undefined) {
            return;
        }
        const subnet = required(context, "subnet", subnetId);
        if (text(subnet.outputs, "vpcId") !== text(table.outputs, "vpcId")) {
            throw new AwsError(
                "InvalidParameterValue",
                `Route table ${table.id} and subnet ${subnetId} belong to different networks`,
            );
        }
        const associated = context.store
            .list(tokens.routeTableAssociation, context.region)
            .some(
                (other) => isOther(other, current) && text(other.outputs, "subnetId") === subnetId,
            );
        if (associated) {
            throw new AwsError(
                "Resource.AlreadyAssociated",
                `the specified association for route table ${table.id} conflicts with an existing association`,
            );
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `rtbassoc-${context.unique(17)}`);
        return { id, outputs: { ...inputs, id } };
    },
};
