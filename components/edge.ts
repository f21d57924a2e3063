import * as cloudfront from "@pulumi/aws/cloudfront";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

import { aliasPair } from "./aliasPair";
import { Certificate } from "./certificate";
import { domainNames } from "./domainNames";
import { EdgeLogs } from "./edgeLogs";
import { EdgePolicies } from "./edgePolicies";
import { WebAcl } from "./webAcl";

export interface EdgeArgs {
    readonly accountId: string;
    readonly zoneId: string;
    /** Domain of the hosted zone, without a final dot. */
    readonly domain: string;
    /** Region that is asked when the one that DNS leads to fails. */
    readonly secondaryRegion: string;
    /** Requests outside the catalogue that one address may send in five minutes, 10 or more. */
    readonly requestsPerFiveMinutes: number;
    /** The same for reads of the catalogue. */
    readonly catalogueReadsPerFiveMinutes: number;
    /** Topics in us-east-1, where the edge has its metrics. */
    readonly topicArns: readonly pulumi.Input<string>[];
    readonly logRetentionDays: number;
    readonly deletionProtection: boolean;
}

const group = "regions";
const primary = "nearest";
const secondary = "second";

/**
 * Reads of the catalogue at `browse.<domain>`, from the edge location next to the user: cached there
 * for as long as the storefront says, and fetched from the region that DNS leads the *edge* to. When
 * that one does not connect within 2 x 3 s, does not answer within 2 x 5 s, or answers 500, 502, 503 or
 * 504, the same request goes to the second region, at once and without anybody's vote.
 *
 * Writes do not go through it. CloudFront fails over GET, HEAD and OPTIONS alone, and rightly: it
 * cannot know whether a POST that got no answer was carried out. A write through here would be lost
 * with the region that DNS still names, and it would hide from the client which region took it, which
 * is what its idempotency key and the votes go by. Writes use `app` and `write.app`, where DNS decides
 * and the client itself repeats. Every other method is refused at the edge, with 403.
 *
 * Nothing here changes in a failover: its control plane is in us-east-1.
 *
 * Where an edge's nearest region is the second one, both are the same and only DNS helps it.
 *
 * @example
 * new Edge("edge", { domain: "example.com", secondaryRegion: "eu-west-1", ... });
 */
export class Edge extends pulumi.ComponentResource {
    /** Where CloudFront has its control plane, its certificates, its web ACLs and its metrics. */
    static readonly home = "us-east-1";
    /** The name that users browse at. */
    readonly browseName: string;
    readonly distributionId: pulumi.Output<string>;

    constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:Edge", name, {}, opts);

        this.browseName = domainNames(args.domain).browse;
        const certificate = new Certificate(
            `${name}-certificate`,
            {
                zoneId: args.zoneId,
                sharedNames: [],
                ownNames: [this.browseName],
                region: Edge.home,
            },
            { parent: this },
        );
        const logs = new EdgeLogs(`${name}-logs`, { ...args, region: Edge.home }, { parent: this });
        const firewall = new WebAcl(
            `${name}-firewall`,
            {
                ...args,
                scope: "CLOUDFRONT",
                region: Edge.home,
                aclName: "meridian-edge",
                logKeyArn: logs.keyArn,
            },
            { parent: this },
        );
        const distribution = this.createDistribution(name, args, certificate, firewall);
        logs.deliver(`${name}-logs`, distribution);
        this.createMetrics(name, args, distribution);
        aliasPair(
            `${name}-browse`,
            {
                zoneId: args.zoneId,
                name: this.browseName,
                target: {
                    name: distribution.domainName,
                    zoneId: distribution.hostedZoneId,
                    // Route 53 knows no health of a distribution.
                    evaluateTargetHealth: false,
                },
            },
            { parent: this },
        );

        this.distributionId = distribution.id;
        this.registerOutputs({ distributionId: this.distributionId });
    }

    private createDistribution(
        name: string,
        args: EdgeArgs,
        certificate: Certificate,
        firewall: WebAcl,
    ): cloudfront.Distribution {
        const names = domainNames(args.domain);
        const policies = new EdgePolicies(`${name}-policies`, {}, { parent: this });
        return new cloudfront.Distribution(
            name,
            {
                comment: "Meridian: reads of the catalogue",
                enabled: true,
                isIpv6Enabled: true,
                httpVersion: "http2and3",
                priceClass: "PriceClass_All",
                aliases: [this.browseName],
                webAclId: firewall.arn,
                origins: [
                    // Looked up by each edge, so that the nearest region in service answers and a place
                    // with strict residency keeps its own; every region's certificate has the name.
                    origin(primary, names.application),
                    origin(secondary, names.origin(args.secondaryRegion)),
                ],
                originGroups: [
                    {
                        originId: group,
                        failoverCriteria: { statusCodes: [500, 502, 503, 504] },
                        members: [{ originId: primary }, { originId: secondary }],
                    },
                ],
                defaultCacheBehavior: {
                    targetOriginId: group,
                    viewerProtocolPolicy: "redirect-to-https",
                    allowedMethods: ["GET", "HEAD", "OPTIONS"],
                    cachedMethods: ["GET", "HEAD"],
                    compress: true,
                    cachePolicyId: policies.cachePolicyId,
                    originRequestPolicyId: policies.originRequestPolicyId,
                    responseHeadersPolicyId: policies.responseHeadersPolicyId,
                },
                // Else an error would be everybody's for ten seconds after both regions failed once.
                customErrorResponses: [500, 502, 503, 504].map((errorCode) => ({
                    errorCode,
                    errorCachingMinTtl: 0,
                })),
                viewerCertificate: {
                    acmCertificateArn: certificate.arn,
                    sslSupportMethod: "sni-only",
                    minimumProtocolVersion: "TLSv1.2_2021",
                },
                restrictions: { geoRestriction: { restrictionType: "none" } },
            },
            { parent: this, protect: args.deletionProtection },
        );
    }

    private createMetrics(
        name: string,
        args: EdgeArgs,
        distribution: cloudfront.Distribution,
    ): void {
        new cloudfront.MonitoringSubscription(
            name,
            {
                distributionId: distribution.id,
                monitoringSubscription: {
                    realtimeMetricsSubscriptionConfig: {
                        realtimeMetricsSubscriptionStatus: "Enabled",
                    },
                },
            },
            { parent: this },
        );
        new cloudwatch.MetricAlarm(
            `${name}-errors`,
            {
                region: Edge.home,
                name: "meridian-edge-errors",
                alarmDescription:
                    "Reads of the catalogue fail at the edge: neither the nearest region nor the second one answers",
                namespace: "AWS/CloudFront",
                metricName: "5xxErrorRate",
                dimensions: { DistributionId: distribution.id, Region: "Global" },
                statistic: "Average",
                period: 60,
                evaluationPeriods: 5,
                datapointsToAlarm: 3,
                comparisonOperator: "GreaterThanOrEqualToThreshold",
                threshold: 5,
                // No requests is no failure.
                treatMissingData: "notBreaching",
                alarmActions: [...args.topicArns],
                okActions: [...args.topicArns],
                tags: { "meridian:signal": "edge" },
            },
            { parent: this },
        );
    }
}

function origin(originId: string, domainName: string) {
    return {
        originId,
        domainName,
        // Two attempts of three seconds to connect, and of five for an answer, which count among them: by
        // default a lost region costs each user 3 x 10 s, and a silent one 3 x 30 s.
        connectionAttempts: 2,
        connectionTimeout: 3,
        customOriginConfig: {
            originProtocolPolicy: "https-only",
            originSslProtocols: ["TLSv1.2"],
            httpPort: 80,
            httpsPort: 443,
            originReadTimeout: 5,
            originKeepaliveTimeout: 5,
        },
    };
}
