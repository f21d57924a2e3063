import type { Props } from "../../world/store";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, flag, given, keepId, text } from "../support/known";
import { parseCidr, parseIpv6Cidr } from "../support/cidr";
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
        "ipv6CidrBlock",
        "ipv6CidrBlockNetworkBorderGroup",
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
        const ipv6 = text(inputs, "ipv6CidrBlock");
        if (ipv6 !== undefined && parseIpv6Cidr(ipv6)?.prefix !== 56) {
            problems.add("ipv6CidrBlock", `must be an IPv6 /56 without host bits, got "${ipv6}"`);
        }
        problems.atMostOne(inputs, ["cidrBlock", "ipv4NetmaskLength"]);
        problems.atMostOne(inputs, ["assignGeneratedIpv6CidrBlock", "ipv6IpamPoolId"]);
        return problems.found;
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `vpc-${context.unique(17)}`);
        const ipv6 = ipv6BlockOf(inputs, context, current);
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
                ipv6AssociationId: ipv6 === "" ? "" : own("vpc-cidr-assoc"),
                ipv6CidrBlock: ipv6,
                ipv6CidrBlockNetworkBorderGroup: ipv6 === "" ? "" : context.region,
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

/**
 * The /56 that Amazon gives a VPC which asks for one, out of 2600:1f18::/33.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#vpc-sizing-ipv6
 */
function ipv6BlockOf(inputs: Props, context: TypeContext, current: Props | undefined): string {
    const own = text(inputs, "ipv6CidrBlock");
    if (own !== undefined || flag(inputs, "assignGeneratedIpv6CidrBlock") !== true) {
        return own ?? "";
    }
    const kept = text(current, "ipv6CidrBlock");
    if (kept !== undefined && kept !== "") {
        return kept;
    }
    // Groups begin with a digit that is no zero, so that the block has one spelling.
    const digits = context.unique(4);
    return `2600:1f18:4${digits.slice(0, 3)}:f${digits.slice(3)}00::/56`;
}

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
