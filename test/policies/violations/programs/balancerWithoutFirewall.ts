// Caught by access-load-balancer-firewall: shop
import * as aws from "@pulumi/aws";

const acl = new aws.wafv2.WebAcl("shop", {
    name: "shop",
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    rules: [
        {
            name: "flood",
            priority: 0,
            action: { block: {} },
            statement: { rateBasedStatement: { limit: 2000, aggregateKeyType: "IP" } },
            visibilityConfig: {
                cloudwatchMetricsEnabled: true,
                metricName: "flood",
                sampledRequestsEnabled: true,
            },
        },
    ],
    visibilityConfig: {
        cloudwatchMetricsEnabled: true,
        metricName: "shop",
        sampledRequestsEnabled: true,
    },
});
const log = new aws.cloudwatch.LogGroup("waf", {
    name: "aws-waf-logs-shop",
    retentionInDays: 365,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
});
new aws.wafv2.WebAclLoggingConfiguration("shop", {
    resourceArn: acl.arn,
    logDestinationConfigs: [log.arn],
});

function balancer(name: string, internal: boolean): aws.lb.LoadBalancer {
    return new aws.lb.LoadBalancer(name, {
        internal,
        subnets: ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
        securityGroups: ["sg-0a1b2c3d4e5f60001"],
        enableDeletionProtection: true,
        dropInvalidHeaderFields: true,
        accessLogs: { bucket: "access-logs-eu-west-1", prefix: name, enabled: true },
    });
}

balancer("shop", false);
const admin = balancer("admin", true);

// The wrong one of the two.
new aws.wafv2.WebAclAssociation("shop", { resourceArn: admin.arn, webAclArn: acl.arn });
