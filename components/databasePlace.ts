import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as rds from "@pulumi/aws/rds";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";

import { databaseLogGroup } from "./databaseSettings";

export interface DatabasePlaceArgs {
    readonly vpcId: pulumi.Input<string>;
    /** In two zones at least. */
    readonly subnetIds: readonly pulumi.Input<string>[];
    /** Who may connect. */
    readonly serviceGroupId: pulumi.Input<string>;
    readonly region: string;
    readonly logKeyArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
}

export const databasePort = 5432;

/**
 * Where a region's cluster of the global database goes: subnets without a way out, a security group that
 * lets in the storefront's tasks and nobody else, settings that take no connection without TLS, and the
 * group that its log goes to, which is there before the first line is. The cluster itself is the global stack's.
 */
export class DatabasePlace extends pulumi.ComponentResource {
    readonly subnetGroupName: pulumi.Output<string>;
    readonly securityGroupId: pulumi.Output<string>;
    readonly parameterGroupName: pulumi.Output<string>;

    constructor(name: string, args: DatabasePlaceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:DatabasePlace", name, {}, opts);

        const parent = { parent: this };
        this.subnetGroupName = new rds.SubnetGroup(
            name,
            {
                name: "meridian",
                description: "Private subnets of the global database",
                subnetIds: [...args.subnetIds],
            },
            parent,
        ).name;
        const group = new ec2.SecurityGroup(
            name,
            { vpcId: args.vpcId, description: "Global database", tags: { Name: name } },
            parent,
        );
        this.securityGroupId = group.id;
        const flow = {
            ipProtocol: "tcp",
            fromPort: databasePort,
            toPort: databasePort,
            description: "Storefront tasks to the database",
        };
        new vpc.SecurityGroupEgressRule(
            `${name}-out`,
            {
                ...flow,
                securityGroupId: args.serviceGroupId,
                referencedSecurityGroupId: group.id,
            },
            parent,
        );
        new vpc.SecurityGroupIngressRule(
            `${name}-in`,
            {
                ...flow,
                securityGroupId: group.id,
                referencedSecurityGroupId: args.serviceGroupId,
            },
            parent,
        );
        this.parameterGroupName = new rds.ClusterParameterGroup(
            name,
            {
                name: "meridian",
                description: "Global database",
                family: "aurora-postgresql17",
                parameters: [
                    { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
                    // Statements that take longer than a second are in the log.
                    { name: "log_min_duration_statement", value: "1000", applyMethod: "immediate" },
                ],
            },
            parent,
        ).name;
        new cloudwatch.LogGroup(
            name,
            {
                name: databaseLogGroup(args.region),
                kmsKeyId: args.logKeyArn,
                retentionInDays: args.logRetentionDays,
            },
            parent,
        );
        this.registerOutputs({
            subnetGroupName: this.subnetGroupName,
            securityGroupId: this.securityGroupId,
            parameterGroupName: this.parameterGroupName,
        });
    }
}
