import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import { ipv6Block, zoneBlocks } from "./addressPlan";
import { FlowLogs } from "./flowLogs";

export interface NetworkArgs {
    readonly region: string;
    readonly accountId: string;
    /** A /16 of the region's own. */
    readonly vpcCidr: string;
    /** At least three. Their order is the address plan: append, never reorder. */
    readonly availabilityZones: readonly string[];
    readonly logKeyArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
}

/**
 * A VPC with a private and a public subnet in each zone. Only the load balancer is public. The
 * private subnets have no route out, not even through a NAT gateway: tasks reach AWS through
 * endpoints, and nothing else is theirs to reach.
 */
export class Network extends pulumi.ComponentResource {
    readonly vpcId: pulumi.Output<string>;
    readonly publicSubnetIds: readonly pulumi.Output<string>[];
    readonly privateSubnetIds: readonly pulumi.Output<string>[];
    readonly privateRouteTableId: pulumi.Output<string>;

    constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:Network", name, {}, opts);

        const vpc = new ec2.Vpc(
            name,
            {
                cidrBlock: args.vpcCidr,
                // The load balancer answers over IPv6 too; its records have AAAA aliases.
                assignGeneratedIpv6CidrBlock: true,
                enableDnsSupport: true,
                enableDnsHostnames: true,
                tags: { Name: name },
            },
            { parent: this },
        );
        this.vpcId = vpc.id;
        this.publicSubnetIds = this.createPublicSubnets(name, args, vpc);
        const isolated = this.createPrivateSubnets(name, args);
        this.privateSubnetIds = isolated.subnetIds;
        this.privateRouteTableId = isolated.routeTableId;
        new FlowLogs(
            `${name}-flow-logs`,
            {
                region: args.region,
                accountId: args.accountId,
                vpcId: vpc.id,
                keyArn: args.logKeyArn,
                retentionDays: args.logRetentionDays,
            },
            { parent: this },
        );

        this.registerOutputs({
            vpcId: this.vpcId,
            publicSubnetIds: this.publicSubnetIds,
            privateSubnetIds: this.privateSubnetIds,
            privateRouteTableId: this.privateRouteTableId,
        });
    }

    private createPublicSubnets(
        name: string,
        args: NetworkArgs,
        vpc: ec2.Vpc,
    ): pulumi.Output<string>[] {
        const gateway = new ec2.InternetGateway(
            name,
            { vpcId: vpc.id, tags: { Name: name } },
            { parent: this },
        );
        const routeTable = this.createRouteTable(`${name}-public`);
        const routes = (
            [
                ["ipv4", { destinationCidrBlock: "0.0.0.0/0" }],
                ["ipv6", { destinationIpv6CidrBlock: "::/0" }],
            ] as const
        ).map(
            ([family, destination]) =>
                new ec2.Route(
                    `${name}-public-${family}`,
                    { routeTableId: routeTable.id, gatewayId: gateway.id, ...destination },
                    { parent: this },
                ),
        );
        return args.availabilityZones.map((zone, position) => {
            const ipv6CidrBlock = vpc.ipv6CidrBlock.apply((block) => ipv6Block(block, position));
            const id = this.createSubnet(`${name}-public-${zone}`, zone, routeTable, {
                cidrBlock: zoneBlocks(args.vpcCidr, position).publicBlock,
                ipv6CidrBlock,
                assignIpv6AddressOnCreation: true,
            });
            // A load balancer that faces the internet can neither be made before its subnets have a way
            // out nor outlive it.
            return pulumi
                .all([id, pulumi.all(routes.map((route) => route.id))])
                .apply(([subnet]) => subnet);
        });
    }

    private createPrivateSubnets(
        name: string,
        args: NetworkArgs,
    ): { subnetIds: pulumi.Output<string>[]; routeTableId: pulumi.Output<string> } {
        // One table for all zones: its only routes are the gateway endpoints', which no zone owns.
        const routeTable = this.createRouteTable(`${name}-private`);
        const subnetIds = args.availabilityZones.map((zone, position) =>
            this.createSubnet(`${name}-private-${zone}`, zone, routeTable, {
                cidrBlock: zoneBlocks(args.vpcCidr, position).privateBlock,
            }),
        );
        return { subnetIds, routeTableId: routeTable.id };
    }

    private createRouteTable(name: string): ec2.RouteTable {
        return new ec2.RouteTable(
            name,
            { vpcId: this.vpcId, tags: { Name: name } },
            { parent: this },
        );
    }

    private createSubnet(
        name: string,
        availabilityZone: string,
        routeTable: ec2.RouteTable,
        addresses: Pick<
            ec2.SubnetArgs,
            "cidrBlock" | "ipv6CidrBlock" | "assignIpv6AddressOnCreation"
        >,
    ): pulumi.Output<string> {
        const subnet = new ec2.Subnet(
            name,
            { vpcId: this.vpcId, availabilityZone, tags: { Name: name }, ...addresses },
            { parent: this },
        );
        new ec2.RouteTableAssociation(
            name,
            { subnetId: subnet.id, routeTableId: routeTable.id },
            { parent: this },
        );
        return subnet.id;
    }
}
