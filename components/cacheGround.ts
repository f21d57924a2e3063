import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as elasticache from "@pulumi/aws/elasticache";
import * as pulumi from "@pulumi/pulumi";

import { cacheEngine, cacheUser } from "./cacheSettings";

export interface CacheGroundArgs {
    readonly vpcId: pulumi.Input<string>;
    readonly subnetIds: readonly pulumi.Input<string>[];
    readonly logKeyArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
}

/**
 * What a region's cache stands on: its place in the network, who may use it, and where it logs. The
 * cache itself belongs to the stack that knows which regions share one.
 *
 * Nobody has a password. The one user that can do anything is an IAM identity, and may touch what the
 * storefront keeps and nothing else; the user that every Redis has by default is switched off.
 */
export class CacheGround extends pulumi.ComponentResource {
    readonly securityGroupId: pulumi.Output<string>;
    readonly subnetGroupName: pulumi.Output<string>;
    readonly userGroupId: pulumi.Output<string>;
    readonly logGroupName: pulumi.Output<string>;

    constructor(name: string, args: CacheGroundArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:CacheGround", name, {}, opts);

        const parent = { parent: this };
        this.securityGroupId = new ec2.SecurityGroup(
            name,
            { vpcId: args.vpcId, description: "Cache", tags: { Name: name } },
            parent,
        ).id;
        this.subnetGroupName = new elasticache.SubnetGroup(
            name,
            {
                name: "meridian-cache",
                description: "Private subnets of the region",
                subnetIds: [...args.subnetIds],
            },
            parent,
        ).name;
        this.userGroupId = this.createUsers(name);
        this.logGroupName = new cloudwatch.LogGroup(
            name,
            {
                name: "/meridian/cache",
                kmsKeyId: args.logKeyArn,
                retentionInDays: args.logRetentionDays,
            },
            parent,
        ).name;

        this.registerOutputs({
            securityGroupId: this.securityGroupId,
            subnetGroupName: this.subnetGroupName,
            userGroupId: this.userGroupId,
            logGroupName: this.logGroupName,
        });
    }

    /** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html */
    private createUsers(name: string): pulumi.Output<string> {
        const { engine } = cacheEngine;
        const storefront = new elasticache.User(
            `${name}-storefront`,
            {
                userId: cacheUser,
                userName: cacheUser,
                engine,
                accessString: "on ~catalogue:* -@all +@connection +get +mget +set +del",
                authenticationMode: { type: "iam" },
            },
            { parent: this },
        );
        const nobody = new elasticache.User(
            `${name}-default`,
            {
                userId: "meridian-nobody",
                userName: "default",
                engine,
                accessString: "off ~* -@all",
                noPasswordRequired: true,
            },
            { parent: this },
        );
        return new elasticache.UserGroup(
            name,
            {
                userGroupId: "meridian-cache",
                engine,
                userIds: [nobody.userId, storefront.userId],
            },
            { parent: this },
        ).userGroupId;
    }
}
