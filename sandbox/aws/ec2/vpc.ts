import type { ResourceType } from "../resourceType";
import { arn, flag, given, keepId, text } from "../support/known";
import { parseCidr } from "../support/cidr";
import { Problems } from "../support/problems";
import { dependencyViolation, tokens } from "./tokens";

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html */
export const vpcType: ResourceType = {
    type: tokens.vpc,
    service: "ec2",
    home: "regional",
    actions: {
        create: "CreateVpc",
        read: "DescribeVpcs",
        update: "ModifyVpcAttribute",
        delete: "DeleteVpc",
    },
    inputs: [
        "assignGeneratedIpv6CidrBlock",
        "cidrBlock",
        "enableDnsHostnames",
        "enableDnsSupport",
        "enableNetworkAddressUsageMetrics",
        "instanceTenancy",
        "ipv4IpamPoolId",
        "ipv4NetmaskLength",
        "ipv6CidrBlock",
        "ipv6CidrBlockNetworkBorderGroup",
        "ipv6IpamPoolId",
        "ipv6NetmaskLength",
        "tags",
    ],
    required: [],
    replaceOn: ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    defaults: { enableDnsSupport: true, instanceTenancy: "default" },
    computed: [
        "arn",
        "defaultNetworkAclId",
        "defaultRouteTableId",
        "defaultSecurityGroupId",
        "dhcpOptionsId",
        "ipv6AssociationId",
        "mainRouteTableId",
        "ownerId",
    ],

    check(inputs) {
        const problems = new Problems();
        // Sizes: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
        checkBlock(problems, text(inputs, "cidrBlock"));
        problems.oneOf(inputs, "instanceTenancy", ["default", "dedicated"]);
        problems.range(inputs, "ipv4NetmaskLength", 16, 28);
        if (!given(inputs, "cidrBlock") && !given(inputs, "ipv4IpamPoolId")) {
            problems.add("cidrBlock", "must be set, unless ipv4IpamPoolId is");
        }
        problems.atMostOne(inputs, ["cidrBlock", "ipv4NetmaskLength"]);
        problems.atMostOne(inputs, ["assignGeneratedIpv6CidrBlock", "ipv6IpamPoolId"]);
        return problems.found;
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `vpc-${context.unique(17)}`);
        const own = (prefix: string): string => `${prefix}-${id.slice("vpc-".length)}`;
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("ec2", context, `vpc/${id}`),
                defaultNetworkAclId: own("acl"),
                defaultRouteTableId: own("rtb"),
                defaultSecurityGroupId: own("sg"),
                dhcpOptionsId: own("dopt"),
                enableDnsHostnames: flag(inputs, "enableDnsHostnames") ?? false,
                enableNetworkAddressUsageMetrics:
                    flag(inputs, "enableNetworkAddressUsageMetrics") ?? false,
                ipv6AssociationId: "",
                mainRouteTableId: own("rtb"),
                ownerId: context.accountId,
            },
        };
    },

    refuseDelete(outputs, context) {
        const id = text(outputs, "id");
        const inside = [
            tokens.subnet,
            tokens.internetGateway,
            tokens.routeTable,
            tokens.securityGroup,
            tokens.vpcEndpoint,
        ].some((type) =>
            context.store
                .list(type, context.region)
                .some((resource) => text(resource.outputs, "vpcId") === id),
        );
        if (inside) {
            throw dependencyViolation(`The vpc '${id}' has dependencies and cannot be deleted.`);
        }
    },
};

/** A VPC's and a subnet's block is a /16 to /28 that begins where its prefix says. */
export function checkBlock(problems: Problems, block: string | undefined): void {
    if (block === undefined) {
        return;
    }
    const cidr = parseCidr(block);
    if (cidr === undefined) {
        problems.add("cidrBlock", `must be an IPv4 CIDR block without host bits, got "${block}"`);
    } else if (cidr.prefix < 16 || cidr.prefix > 28) {
        problems.add("cidrBlock", `must be a /16 to a /28, got "${block}"`);
    }
}
