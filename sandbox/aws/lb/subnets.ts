import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { byId, given, text } from "../support/known";
import { parseCidr } from "../support/cidr";

/**
 * Subnets of an Application Load Balancer: two zones or more, one subnet a zone, one VPC, each a /27
 * or larger, and an internet gateway for one that faces the internet;
 * a dual-stack one needs IPv6 blocks.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer
 * @returns The VPC they are in.
 */
export function refuseSubnets(
    ids: readonly string[],
    kind: { readonly internal: boolean; readonly dualstack: boolean },
    context: TypeContext,
): string | undefined {
    const subnets = ids.map((id) => {
        const subnet = byId(context, "aws:ec2/subnet:Subnet", id);
        if (subnet === undefined) {
            throw new AwsError("SubnetNotFound", `The subnet ID '${id}' does not exist`);
        }
        return subnet;
    });
    const zones = subnets.map((subnet) => text(subnet.outputs, "availabilityZone"));
    if (new Set(zones).size !== zones.length) {
        throw new AwsError(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        );
    }
    if (zones.length < 2) {
        throw new AwsError(
            "ValidationError",
            "At least two subnets in two different Availability Zones must be specified",
        );
    }
    const vpcs = new Set(subnets.map((subnet) => text(subnet.outputs, "vpcId")));
    if (vpcs.size > 1) {
        throw new AwsError(
            "InvalidConfigurationRequest",
            "All subnets must belong to the same VPC",
        );
    }
    for (const subnet of subnets) {
        const cidr = parseCidr(text(subnet.outputs, "cidrBlock") ?? "");
        if (cidr !== undefined && cidr.prefix > 27) {
            throw new AwsError(
                "InvalidSubnet",
                `Not enough IP space available in ${subnet.id}. ELB requires at least 8 free IP addresses in each subnet.`,
            );
        }
    }
    if (kind.dualstack && subnets.some((subnet) => !given(subnet.outputs, "ipv6CidrBlock"))) {
        throw new AwsError(
            "InvalidConfigurationRequest",
            "You must specify subnets with an associated IPv6 CIDR block.",
        );
    }
    const [vpcId] = vpcs;
    const gateway = context.store
        .list("aws:ec2/internetGateway:InternetGateway", context.region)
        .some((candidate) => text(candidate.outputs, "vpcId") === vpcId);
    if (!kind.internal && !gateway) {
        throw new AwsError("InvalidSubnet", `VPC ${vpcId} has no internet gateway`);
    }
    return vpcId;
}
