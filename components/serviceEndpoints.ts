import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

import { policyDocument, type Statement } from "./policyDocument";

export interface ServiceEndpointsArgs {
    readonly region: string;
    readonly accountId: string;
    readonly vpcId: pulumi.Input<string>;
    readonly subnetIds: readonly pulumi.Input<string>[];
    readonly routeTableId: pulumi.Input<string>;
    /** The one table that may be reached. */
    readonly tableName: string;
    /** Buckets that may be reached: one to read, one to write. */
    readonly mediaBucket: string;
    readonly ordersBucket: string;
}

/** What a task talks to beside the table: its image's registry, the stream of events, its log and the keys of receipts. */
const interfaceServices = [
    "ecr.api",
    "ecr.dkr",
    "kinesis-streams",
    "logs",
    "secretsmanager",
] as const;

/**
 * The only ways out of the private subnets. Gateway endpoints, which cost nothing, for DynamoDB and
 * for S3, where ECR keeps image layers; interface endpoints for the rest. Each has a policy: a task
 * that is taken over can reach neither another account nor another table or bucket.
 */
export class ServiceEndpoints extends pulumi.ComponentResource {
    /** Of the interface endpoints; lets nobody in by itself. */
    readonly securityGroupId: pulumi.Output<string>;
    /** Prefix lists of DynamoDB and S3, for egress rules. */
    readonly prefixListIds: Readonly<Record<"dynamodb" | "s3", pulumi.Output<string>>>;

    constructor(name: string, args: ServiceEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:ServiceEndpoints", name, {}, opts);

        this.prefixListIds = {
            dynamodb: this.createGateway(`${name}-dynamodb`, "dynamodb", args, [
                {
                    Sid: "OwnTable",
                    Effect: "Allow",
                    Principal: "*",
                    Action: "dynamodb:*",
                    Resource: ["", "/index/*"].map(
                        (suffix) =>
                            `arn:aws:dynamodb:${args.region}:${args.accountId}:table/${args.tableName}${suffix}`,
                    ),
                },
            ]),
            s3: this.createGateway(`${name}-s3`, "s3", args, [
                {
                    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway
                    Sid: "ImageLayers",
                    Effect: "Allow",
                    Principal: "*",
                    Action: "s3:GetObject",
                    Resource: `arn:aws:s3:::prod-${args.region}-starport-layer-bucket/*`,
                },
                {
                    Sid: "Media",
                    Effect: "Allow",
                    Principal: "*",
                    Action: ["s3:GetObject", "s3:ListBucket"],
                    Resource: ["", "/*"].map(
                        (suffix) => `arn:aws:s3:::${args.mediaBucket}${suffix}`,
                    ),
                },
                {
                    Sid: "Orders",
                    Effect: "Allow",
                    Principal: "*",
                    Action: "s3:PutObject",
                    Resource: `arn:aws:s3:::${args.ordersBucket}/*`,
                },
            ]),
        };
        const group = new ec2.SecurityGroup(
            name,
            {
                vpcId: args.vpcId,
                description: "Interface endpoints",
                tags: { Name: name },
            },
            { parent: this },
        );
        for (const service of interfaceServices) {
            this.createInterface(`${name}-${service.replace(".", "-")}`, service, args, group.id);
        }

        this.securityGroupId = group.id;
        this.registerOutputs({
            securityGroupId: this.securityGroupId,
            prefixListIds: this.prefixListIds,
        });
    }

    private createGateway(
        name: string,
        service: string,
        args: ServiceEndpointsArgs,
        statements: readonly Statement[],
    ): pulumi.Output<string> {
        return new ec2.VpcEndpoint(
            name,
            {
                vpcId: args.vpcId,
                serviceName: `com.amazonaws.${args.region}.${service}`,
                vpcEndpointType: "Gateway",
                routeTableIds: [args.routeTableId],
                policy: policyDocument(statements),
                tags: { Name: name },
            },
            { parent: this },
        ).prefixListId;
    }

    private createInterface(
        name: string,
        service: string,
        args: ServiceEndpointsArgs,
        securityGroupId: pulumi.Input<string>,
    ): void {
        new ec2.VpcEndpoint(
            name,
            {
                vpcId: args.vpcId,
                serviceName: `com.amazonaws.${args.region}.${service}`,
                vpcEndpointType: "Interface",
                privateDnsEnabled: true,
                subnetIds: [...args.subnetIds],
                securityGroupIds: [securityGroupId],
                policy: policyDocument([
                    {
                        Sid: "OwnAccount",
                        Effect: "Allow",
                        Principal: "*",
                        Action: "*",
                        Resource: "*",
                        Condition: { StringEquals: { "aws:PrincipalAccount": args.accountId } },
                    },
                ]),
                tags: { Name: name },
            },
            { parent: this },
        );
    }
}
