import type { Account } from "./account";

export const vpcType = "aws:ec2/vpc:Vpc";
export const subnetType = "aws:ec2/subnet:Subnet";
export const gatewayType = "aws:ec2/internetGateway:InternetGateway";
export const groupType = "aws:ec2/securityGroup:SecurityGroup";

export interface TestNetwork {
    readonly vpcId: string;
    /** Its IPv6 /56, up to the last two digits of the subnet's place: append those and `::/64`. */
    readonly ipv6Prefix: string;
    /** One in each of the region's first two zones. */
    readonly subnets: readonly [string, string];
    readonly groupId: string;
}

/** A VPC with an internet gateway, two subnets in two zones and a security group. */
export async function network(account: Account): Promise<TestNetwork> {
    const vpc = await account.create(vpcType, "net", {
        cidrBlock: "10.0.0.0/16",
        assignGeneratedIpv6CidrBlock: true,
        enableDnsHostnames: true,
    });
    const vpcId = String(vpc.id);
    await account.create(gatewayType, "net", { vpcId });
    const subnet = async (letter: string, cidrBlock: string): Promise<string> => {
        const made = await account.create(subnetType, `subnet-${letter}`, {
            vpcId,
            cidrBlock,
            availabilityZone: account.region + letter,
        });
        return String(made.id);
    };
    const subnets = [await subnet("a", "10.0.0.0/24"), await subnet("b", "10.0.1.0/24")] as const;
    const group = await account.create(groupType, "group", { vpcId });
    const ipv6Prefix = String(vpc.ipv6CidrBlock).replace(/00::\/56$/, "");
    return { vpcId, ipv6Prefix, subnets, groupId: String(group.id) };
}

/** A role that the services may assume. */
export async function role(
    account: Account,
    name: string,
    ...services: readonly string[]
): Promise<string> {
    const made = await account.create("aws:iam/role:Role", name, {
        name,
        assumeRolePolicy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
                { Effect: "Allow", Principal: { Service: services }, Action: "sts:AssumeRole" },
            ],
        }),
    });
    return String(made.arn);
}
