import { crc32 } from "node:zlib";

import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { isOther, text } from "../support/known";
import { parseCidr, parseIpv6Cidr } from "../support/cidr";
import { Problems } from "../support/problems";
import { required, tokens } from "./tokens";

const destinations = [
    "destinationCidrBlock",
    "destinationIpv6CidrBlock",
    "destinationPrefixListId",
] as const;

const targets = [
    "carrierGatewayId",
    "coreNetworkArn",
    "egressOnlyGatewayId",
    "gatewayId",
    "localGatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "odbNetworkArn",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
] as const;

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html */
export const routeType: ResourceType = {
    type: tokens.route,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateRoute",
        read: "DescribeRouteTables",
        update: "ReplaceRoute",
        delete: "DeleteRoute",
    },
    inputs: [...destinations, ...targets, "routeTableId"],
    required: ["routeTableId"],
    replaceOn: [...destinations, "routeTableId"],
    computed: ["instanceId", "instanceOwnerId", "origin", "state"],

    check(inputs) {
        const problems = new Problems();
        problems.exactlyOne(inputs, destinations);
        problems.exactlyOne(inputs, targets);
        const block = text(inputs, "destinationCidrBlock");
        if (block !== undefined && parseCidr(block) === undefined) {
            problems.add(
                "destinationCidrBlock",
                `must be an IPv4 CIDR block without host bits, got "${block}"`,
            );
        }
        const ipv6 = text(inputs, "destinationIpv6CidrBlock");
        if (ipv6 !== undefined && parseIpv6Cidr(ipv6) === undefined) {
            problems.add("destinationIpv6CidrBlock", `must be an IPv6 CIDR block, got "${ipv6}"`);
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const table = required(context, "routeTable", text(inputs, "routeTableId") ?? "");
        const destination = destinationOf(inputs);
        const same = context.store
            .list(tokens.route, context.region)
            .find(
                (other) =>
                    isOther(other, current) &&
                    text(other.outputs, "routeTableId") === table.id &&
                    destinationOf(other.outputs) === destination,
            );
        if (same !== undefined) {
            throw new AwsError(
                "RouteAlreadyExists",
                `The route identified by ${destination} already exists.`,
            );
        }
        refuseTarget(inputs, text(table.outputs, "vpcId"), table.id, context);
    },

    compute(inputs) {
        const id = `r-${text(inputs, "routeTableId")}${crc32(destinationOf(inputs))}`;
        return {
            id,
            outputs: {
                ...inputs,
                id,
                instanceId: "",
                instanceOwnerId: "",
                origin: "CreateRoute",
                state: "active",
            },
        };
    },
};

function destinationOf(inputs: Props): string {
    return destinations.map((property) => text(inputs, property) ?? "").join("");
}

function refuseTarget(
    inputs: Props,
    vpcId: string | undefined,
    tableId: string,
    context: TypeContext,
): void {
    const gatewayId = text(inputs, "gatewayId");
    if (gatewayId?.startsWith("igw-") === true) {
        const gateway = required(context, "internetGateway", gatewayId);
        if (text(gateway.outputs, "vpcId") !== vpcId) {
            throw new AwsError(
                "InvalidParameterValue",
                `route table ${tableId} and network gateway ${gatewayId} belong to different networks`,
            );
        }
    }
    const natGatewayId = text(inputs, "natGatewayId");
    if (natGatewayId !== undefined) {
        required(context, "natGateway", natGatewayId);
    }
    const endpointId = text(inputs, "vpcEndpointId");
    if (endpointId !== undefined) {
        required(context, "vpcEndpoint", endpointId);
    }
}
