import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";

import { cachePort } from "./cacheSettings";

export interface ServiceSecurityGroupArgs {
    readonly vpcId: pulumi.Input<string>;
    readonly containerPort: number;
    readonly loadBalancerGroupId: pulumi.Input<string>;
    readonly endpointsGroupId: pulumi.Input<string>;
    readonly cacheGroupId: pulumi.Input<string>;
    readonly prefixListIds: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * The tasks' security group and every rule between it and its neighbours: in from the load balancer,
 * out to AWS's endpoints and to the cache. DNS needs no rule, because the VPC's resolver is outside security groups;
 * the storefront learns through it whether its region is in service.
 */
export class ServiceSecurityGroup extends pulumi.ComponentResource {
    readonly securityGroupId: pulumi.Output<string>;

    constructor(
        name: string,
        args: ServiceSecurityGroupArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("meridian:components:ServiceSecurityGroup", name, {}, opts);

        const group = new ec2.SecurityGroup(
            name,
            { vpcId: args.vpcId, description: "Storefront tasks", tags: { Name: name } },
            { parent: this },
        );
        this.securityGroupId = group.id;
        this.connect(
            `${name}-requests`,
            args.loadBalancerGroupId,
            group.id,
            args.containerPort,
            "Requests",
        );
        this.connect(`${name}-endpoints`, group.id, args.endpointsGroupId, 443, "AWS services");
        this.connect(`${name}-cache`, group.id, args.cacheGroupId, cachePort, "Cache");
        for (const [service, prefixListId] of Object.entries(args.prefixListIds).sort()) {
            new vpc.SecurityGroupEgressRule(
                `${name}-${service}`,
                {
                    securityGroupId: group.id,
                    description: `To ${service}`,
                    ipProtocol: "tcp",
                    fromPort: 443,
                    toPort: 443,
                    prefixListId,
                },
                { parent: this },
            );
        }

        this.registerOutputs({ securityGroupId: this.securityGroupId });
    }

    /** Both halves of a permitted flow: out of one group, into the other. */
    private connect(
        name: string,
        from: pulumi.Input<string>,
        to: pulumi.Input<string>,
        port: number,
        description: string,
    ): void {
        const flow = { ipProtocol: "tcp", fromPort: port, toPort: port, description };
        new vpc.SecurityGroupEgressRule(
            `${name}-out`,
            { ...flow, securityGroupId: from, referencedSecurityGroupId: to },
            { parent: this },
        );
        new vpc.SecurityGroupIngressRule(
            `${name}-in`,
            { ...flow, securityGroupId: to, referencedSecurityGroupId: from },
            { parent: this },
        );
    }
}
