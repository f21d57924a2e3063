import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import { WorkloadRole } from "./workloadRole";

export interface FlowLogsArgs {
    readonly region: string;
    readonly accountId: string;
    readonly vpcId: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
    readonly retentionDays: number;
}

/** Every flow of a VPC, accepted or not, in an encrypted log group. */
export class FlowLogs extends pulumi.ComponentResource {
    readonly logGroupName: pulumi.Output<string>;

    constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:FlowLogs", name, {}, opts);

        const group = new cloudwatch.LogGroup(
            name,
            {
                name: "/meridian/flow-logs",
                kmsKeyId: args.keyArn,
                retentionInDays: args.retentionDays,
            },
            { parent: this },
        );
        const role = this.createRole(`${name}-writer`, args, group.arn);
        new ec2.FlowLog(
            name,
            {
                vpcId: args.vpcId,
                trafficType: "ALL",
                logDestinationType: "cloud-watch-logs",
                logDestination: group.arn,
                iamRoleArn: role.arn,
                maxAggregationInterval: 60,
            },
            { parent: this },
        );

        this.logGroupName = group.name;
        this.registerOutputs({ logGroupName: this.logGroupName });
    }

    /** @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
    private createRole(
        name: string,
        args: FlowLogsArgs,
        groupArn: pulumi.Input<string>,
    ): WorkloadRole {
        return new WorkloadRole(
            name,
            {
                accountId: args.accountId,
                roleName: `meridian-flow-logs-${args.region}`,
                service: "vpc-flow-logs.amazonaws.com",
                statements: [
                    {
                        Sid: "WriteFlows",
                        Effect: "Allow",
                        Action: [
                            "logs:CreateLogGroup",
                            "logs:CreateLogStream",
                            "logs:DescribeLogStreams",
                            "logs:PutLogEvents",
                        ],
                        Resource: [groupArn, pulumi.interpolate`${groupArn}:*`],
                    },
                    {
                        Sid: "FindGroup",
                        Effect: "Allow",
                        Action: "logs:DescribeLogGroups",
                        // It lists groups: who may ask for one may ask for all.
                        Resource: `arn:aws:logs:${args.region}:${args.accountId}:log-group:*`,
                    },
                ],
            },
            { parent: this },
        );
    }
}
