import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, flag, isOther, items, keepId, record, text, texts } from "../support/known";
import { policyProblems } from "../support/policyDocument";
import { Problems } from "../support/problems";
import { required, tokens } from "./tokens";
import { gatewayServices, interfaceServices } from "./vpcEndpointServices";

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html */
export const vpcEndpointType: ResourceType = {
    type: tokens.vpcEndpoint,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateVpcEndpoint",
        read: "DescribeVpcEndpoints",
        update: "ModifyVpcEndpoint",
        delete: "DeleteVpcEndpoints",
    },
    inputs: [
        "autoAccept",
        "dnsOptions",
        "ipAddressType",
        "policy",
        "privateDnsEnabled",
        "resourceConfigurationArn",
        "routeTableIds",
        "securityGroupIds",
        "serviceName",
        "serviceNetworkArn",
        "serviceRegion",
        "subnetConfigurations",
        "subnetIds",
        "tags",
        "vpcEndpointType",
        "vpcId",
    ],
    required: ["vpcId"],
    replaceOn: [
        "resourceConfigurationArn",
        "serviceName",
        "serviceNetworkArn",
        "serviceRegion",
        "vpcEndpointType",
        "vpcId",
    ],
    unordered: ["routeTableIds", "securityGroupIds", "subnetIds"],
    documents: ["policy"],
    defaults: { vpcEndpointType: "Gateway" },
    computed: [
        "arn",
        "cidrBlocks",
        "dnsEntries",
        "dnsOptions",
        "ipAddressType",
        "networkInterfaceIds",
        "ownerId",
        "policy",
        "prefixListId",
        "requesterManaged",
        "securityGroupIds",
        "state",
    ],

    check(inputs) {
        const problems = new Problems();
        problems.exactlyOne(inputs, [
            "serviceName",
            "resourceConfigurationArn",
            "serviceNetworkArn",
        ]);
        problems.oneOf(inputs, "vpcEndpointType", [
            "Gateway",
            "GatewayLoadBalancer",
            "Interface",
            "Resource",
            "ServiceNetwork",
        ]);
        problems.oneOf(inputs, "ipAddressType", ["ipv4", "dualstack", "ipv6"]);
        // What fits which type: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
        if (text(inputs, "vpcEndpointType") === "Gateway") {
            for (const property of ["subnetIds", "securityGroupIds"]) {
                if (items(inputs, property).length > 0) {
                    problems.add(
                        property,
                        "is for Interface endpoints; a Gateway endpoint takes routeTableIds",
                    );
                }
            }
            if (flag(inputs, "privateDnsEnabled") === true) {
                problems.add(
                    "privateDnsEnabled",
                    "is for Interface endpoints, got true for a Gateway",
                );
            }
        } else if (items(inputs, "routeTableIds").length > 0) {
            problems.add("routeTableIds", "is for Gateway endpoints; others take subnetIds");
        }
        const policy = text(inputs, "policy");
        if (policy !== undefined) {
            for (const problem of policyProblems(policy, "resource")) {
                problems.add("policy", problem);
            }
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const vpc = required(context, "vpc", text(inputs, "vpcId") ?? "");
        const others = context.store
            .list(tokens.vpcEndpoint, context.region)
            .filter((other) => isOther(other, current) && text(other.outputs, "vpcId") === vpc.id);
        refuseService(inputs, context);
        if (text(inputs, "vpcEndpointType") === "Gateway") {
            refuseRouteTables(inputs, others, vpc, context);
        } else {
            refuseSubnets(inputs, vpc, context);
            refusePrivateDns(inputs, others, vpc);
        }
        for (const group of texts(inputs, "securityGroupIds")) {
            required(context, "securityGroup", group);
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `vpce-${context.unique(17)}`);
        const service = text(inputs, "serviceName") ?? "";
        const isInterface = text(inputs, "vpcEndpointType") === "Interface";
        const short = service.split(".").slice(3).join(".");
        const suffix = id.slice(-8);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("ec2", context, `vpc-endpoint/${id}`),
                cidrBlocks: isInterface ? [] : ["10.255.0.0/16"],
                dnsEntries: isInterface
                    ? [
                          {
                              dnsName: `${id}-${suffix}.${short}.${context.region}.vpce.amazonaws.com`,
                              hostedZoneId: `Z${suffix.toUpperCase()}VPCE`,
                          },
                      ]
                    : [],
                dnsOptions: record(inputs, "dnsOptions") ?? {
                    dnsRecordIpType: isInterface ? "ipv4" : "service-defined",
                },
                ipAddressType: text(inputs, "ipAddressType") ?? "ipv4",
                networkInterfaceIds: isInterface
                    ? texts(inputs, "subnetIds").map((subnet) => `eni-${subnet.slice(7)}`)
                    : [],
                ownerId: context.accountId,
                policy: text(inputs, "policy") ?? fullAccess,
                prefixListId: isInterface ? "" : `pl-${suffix}`,
                privateDnsEnabled: flag(inputs, "privateDnsEnabled") ?? false,
                requesterManaged: false,
                securityGroupIds: inputs.securityGroupIds ?? [],
                state: "available",
            },
        };
    },
};

const fullAccess = JSON.stringify({
    Version: "2008-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
});

function refuseService(inputs: Props, context: TypeContext): void {
    const name = text(inputs, "serviceName");
    if (name === undefined) {
        return;
    }
    const region = text(inputs, "serviceRegion") ?? context.region;
    const isGateway = text(inputs, "vpcEndpointType") === "Gateway";
    const service = name.startsWith(`com.amazonaws.${region}.`)
        ? name.slice(`com.amazonaws.${region}.`.length)
        : undefined;
    const exists =
        /^com\.amazonaws\.vpce\./.test(name) ||
        (service !== undefined && (gatewayServices.has(service) || interfaceServices.has(service)));
    if (!exists) {
        throw new AwsError(
            "InvalidServiceName",
            `The Vpc Endpoint Service '${name}' does not exist`,
        );
    }
    const fits = isGateway
        ? service !== undefined && gatewayServices.has(service)
        : service === undefined || interfaceServices.has(service);
    if (!fits) {
        throw new AwsError(
            "InvalidParameter",
            `Endpoint type (${text(inputs, "vpcEndpointType")}) does not match available service types ([${isGateway ? "Interface" : "Gateway"}]).`,
        );
    }
}

function refuseRouteTables(
    inputs: Props,
    others: readonly StoredResource[],
    vpc: StoredResource,
    context: TypeContext,
): void {
    const service = text(inputs, "serviceName");
    for (const id of texts(inputs, "routeTableIds")) {
        const table = required(context, "routeTable", id);
        if (text(table.outputs, "vpcId") !== vpc.id) {
            throw new AwsError(
                "InvalidParameter",
                `Route table ${id} and network ${vpc.id} belong to different networks`,
            );
        }
        const routed = others.find(
            (other) =>
                text(other.outputs, "serviceName") === service &&
                texts(other.outputs, "routeTableIds").includes(id),
        );
        if (routed !== undefined) {
            throw new AwsError(
                "RouteAlreadyExists",
                `route table ${id} already has a route with destination-prefix-list-id ${text(routed.outputs, "prefixListId")}`,
            );
        }
    }
}

function refuseSubnets(inputs: Props, vpc: StoredResource, context: TypeContext): void {
    const zones = new Set<unknown>();
    for (const id of texts(inputs, "subnetIds")) {
        const subnet = required(context, "subnet", id);
        if (text(subnet.outputs, "vpcId") !== vpc.id) {
            throw new AwsError(
                "InvalidParameter",
                `Subnet ${id} and network ${vpc.id} belong to different networks`,
            );
        }
        if (zones.has(subnet.outputs.availabilityZone)) {
            throw new AwsError(
                "DuplicateSubnetsInSameZone",
                `Found another VPC endpoint subnet in the availability zone of ${id}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`,
            );
        }
        zones.add(subnet.outputs.availabilityZone);
    }
}

/** @see https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html */
function refusePrivateDns(
    inputs: Props,
    others: readonly StoredResource[],
    vpc: StoredResource,
): void {
    if (flag(inputs, "privateDnsEnabled") !== true) {
        return;
    }
    if (
        flag(vpc.outputs, "enableDnsSupport") === false ||
        flag(vpc.outputs, "enableDnsHostnames") !== true
    ) {
        throw new AwsError(
            "InvalidParameter",
            `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.id}`,
        );
    }
    const service = text(inputs, "serviceName");
    const conflict = others.some(
        (other) =>
            text(other.outputs, "serviceName") === service &&
            flag(other.outputs, "privateDnsEnabled") === true,
    );
    if (conflict) {
        const domain = (service ?? "").split(".").reverse().slice(0, -2).join(".");
        throw new AwsError(
            "InvalidParameter",
            `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${domain}.amazonaws.com in the VPC ${vpc.id}`,
        );
    }
}
