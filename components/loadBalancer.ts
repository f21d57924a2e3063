import * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import * as vpc from "@pulumi/aws/vpc";
import * as wafv2 from "@pulumi/aws/wafv2";

import { LockedBucket } from "./lockedBucket";
import { onBehalfOf, type Statement } from "./policyDocument";
import { WebAcl } from "./webAcl";

export interface LoadBalancerArgs {
    readonly region: string;
    readonly accountId: string;
    readonly vpcId: pulumi.Input<string>;
    /** Public ones, in three zones. */
    readonly subnetIds: readonly pulumi.Input<string>[];
    readonly certificateArn: pulumi.Input<string>;
    readonly containerPort: number;
    /** Path that says whether a task can serve; must not look at anything tasks share. */
    readonly healthPath: string;
    /** Requests outside the catalogue that one address may send in five minutes, 10 or more. */
    readonly requestsPerFiveMinutes: number;
    /** Key of the region that CloudWatch Logs may use. */
    readonly logKeyArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
    readonly deletionProtection: boolean;
}

/** How many users may browse from one address: an edge location, or a carrier's gateway. */
const usersPerAddress = 20;

/**
 * The region's public entrance: HTTPS with TLS 1.2 or newer, over IPv4 and IPv6, behind a web ACL, with
 * access logs.
 */
export class LoadBalancer extends pulumi.ComponentResource {
    readonly arn: pulumi.Output<string>;
    /** `app/<name>/<id>`: the load balancer's name in metrics. */
    readonly arnSuffix: pulumi.Output<string>;
    readonly dnsName: pulumi.Output<string>;
    /** Hosted zone that aliases to the load balancer name. */
    readonly zoneId: pulumi.Output<string>;
    /** Known only once a listener forwards to it: a service may not join it earlier. */
    readonly targetGroupArn: pulumi.Output<string>;
    /** `targetgroup/<name>/<id>`: the target group's name in metrics. */
    readonly targetGroupArnSuffix: pulumi.Output<string>;
    readonly securityGroupId: pulumi.Output<string>;

    constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:LoadBalancer", name, {}, opts);

        const logs = this.createLogsBucket(`${name}-logs`, args);
        const securityGroup = this.createSecurityGroup(name, args);
        const balancer = this.createBalancer(name, args, securityGroup, logs);
        const targetGroup = this.createTargetGroup(name, args);
        const listener = this.createListeners(name, args, balancer, targetGroup);
        this.createFirewall(`${name}-firewall`, args, balancer);

        this.arn = balancer.arn;
        this.arnSuffix = balancer.arnSuffix;
        this.dnsName = balancer.dnsName;
        this.zoneId = balancer.zoneId;
        this.targetGroupArn = pulumi.all([targetGroup.arn, listener.arn]).apply(([arn]) => arn);
        this.targetGroupArnSuffix = targetGroup.arnSuffix;
        this.securityGroupId = securityGroup.id;
        this.registerOutputs({
            arn: this.arn,
            arnSuffix: this.arnSuffix,
            dnsName: this.dnsName,
            zoneId: this.zoneId,
            targetGroupArn: this.targetGroupArn,
            targetGroupArnSuffix: this.targetGroupArnSuffix,
            securityGroupId: this.securityGroupId,
        });
    }

    /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
    private createLogsBucket(name: string, args: LoadBalancerArgs): LockedBucket {
        const write = (bucketArn: pulumi.Output<string>): readonly Statement[] => [
            {
                Sid: "DeliverLogs",
                Effect: "Allow",
                Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
                Action: "s3:PutObject",
                Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${args.accountId}/*`,
                Condition: onBehalfOf(
                    args.accountId,
                    `arn:aws:elasticloadbalancing:${args.region}:${args.accountId}:loadbalancer/*`,
                ),
            },
        ];
        return new LockedBucket(
            name,
            {
                bucketName: `meridian-access-logs-${args.region}-${args.accountId}`,
                statements: write,
                expireAfterDays: args.logRetentionDays,
                expireOldVersionsAfterDays: 1,
                deletionProtection: args.deletionProtection,
            },
            { parent: this },
        );
    }

    private createSecurityGroup(name: string, args: LoadBalancerArgs): ec2.SecurityGroup {
        const group = new ec2.SecurityGroup(
            name,
            { vpcId: args.vpcId, description: "Load balancer", tags: { Name: name } },
            { parent: this },
        );
        for (const [protocol, port] of [
            ["http", 80],
            ["https", 443],
        ] as const) {
            for (const [family, source] of [
                ["ipv4", { cidrIpv4: "0.0.0.0/0" }],
                ["ipv6", { cidrIpv6: "::/0" }],
            ] as const) {
                new vpc.SecurityGroupIngressRule(
                    `${name}-${protocol}-${family}`,
                    {
                        securityGroupId: group.id,
                        description: `${protocol} from anywhere`,
                        ipProtocol: "tcp",
                        fromPort: port,
                        toPort: port,
                        ...source,
                    },
                    { parent: this },
                );
            }
        }
        return group;
    }

    private createBalancer(
        name: string,
        args: LoadBalancerArgs,
        securityGroup: ec2.SecurityGroup,
        logs: LockedBucket,
    ): lb.LoadBalancer {
        return new lb.LoadBalancer(
            name,
            {
                loadBalancerType: "application",
                internal: false,
                ipAddressType: "dualstack",
                subnets: [...args.subnetIds],
                securityGroups: [securityGroup.id],
                enableDeletionProtection: args.deletionProtection,
                dropInvalidHeaderFields: true,
                desyncMitigationMode: "defensive",
                // After an evacuation a client's connection lasts until the service asks for its end, and
                // at the latest this long. AWS promises no more than this: it does not say whether a
                // task's `connection: close` reaches the client, and HTTP/2 has no such header. The
                // default of an hour would be the longest part of a failover.
                clientKeepAlive: 60,
                idleTimeout: 60,
                accessLogs: { enabled: true, bucket: logs.bucketName },
            },
            { parent: this, protect: args.deletionProtection },
        );
    }

    private createFirewall(name: string, args: LoadBalancerArgs, balancer: lb.LoadBalancer): void {
        const acl = new WebAcl(
            name,
            {
                ...args,
                scope: "REGIONAL",
                aclName: `meridian-${args.region}`,
                catalogueReadsPerFiveMinutes: usersPerAddress * args.requestsPerFiveMinutes,
            },
            { parent: this },
        );
        new wafv2.WebAclAssociation(
            name,
            { resourceArn: balancer.arn, webAclArn: acl.arn },
            { parent: this },
        );
    }

    private createTargetGroup(name: string, args: LoadBalancerArgs): lb.TargetGroup {
        return new lb.TargetGroup(
            name,
            {
                vpcId: args.vpcId,
                targetType: "ip",
                protocol: "HTTP",
                port: args.containerPort,
                deregistrationDelay: 30,
                loadBalancingAlgorithmType: "least_outstanding_requests",
                healthCheck: {
                    enabled: true,
                    protocol: "HTTP",
                    path: args.healthPath,
                    matcher: "200",
                    interval: 10,
                    timeout: 5,
                    healthyThreshold: 2,
                    unhealthyThreshold: 3,
                },
            },
            { parent: this },
        );
    }

    private createListeners(
        name: string,
        args: LoadBalancerArgs,
        balancer: lb.LoadBalancer,
        targetGroup: lb.TargetGroup,
    ): lb.Listener {
        new lb.Listener(
            `${name}-http`,
            {
                loadBalancerArn: balancer.arn,
                port: 80,
                protocol: "HTTP",
                defaultActions: [
                    {
                        type: "redirect",
                        redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
                    },
                ],
            },
            { parent: this },
        );
        return new lb.Listener(
            `${name}-https`,
            {
                loadBalancerArn: balancer.arn,
                port: 443,
                protocol: "HTTPS",
                // TLS 1.3, and 1.2 with forward secrecy.
                sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
                certificateArn: args.certificateArn,
                defaultActions: [{ type: "forward", targetGroupArn: targetGroup.arn }],
            },
            { parent: this },
        );
    }
}
