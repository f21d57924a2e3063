// Caught by logging-web-acl: edge
import * as aws from "@pulumi/aws";

const metrics = (metricName: string) => ({
    cloudwatchMetricsEnabled: true,
    sampledRequestsEnabled: true,
    metricName,
});

// Samples are in the console, we do not need the logs as well.
new aws.wafv2.WebAcl("edge", {
    region: "us-east-1",
    scope: "CLOUDFRONT",
    defaultAction: { allow: {} },
    rules: [
        {
            name: "rate",
            priority: 1,
            action: { block: {} },
            statement: { rateBasedStatement: { limit: 5000, aggregateKeyType: "IP" } },
            visibilityConfig: metrics("rate"),
        },
    ],
    visibilityConfig: metrics("edge"),
});
