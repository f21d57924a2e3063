import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

// Variables and resources that it refers to and does not declare.
const endpoints: Record<string, string> = {
    "us-east-1": "web-1.us-east-1.elb.amazonaws.com",
    "eu-west-1": "web-2.eu-west-1.elb.amazonaws.com",
    "ap-south-1": "web-3.ap-south-1.elb.amazonaws.com",
};
const balancerZones: Record<string, string> = {
    "us-east-1": "Z35SXDOTRQ7X7K",
    "eu-west-1": "Z32O12XQLNTSW2",
    "ap-south-1": "ZP97RAFLXTNZK",
};
const zoneId = "Z0123456789EXAMPLE";

const aliasOf = (region: string): aws.types.input.route53.RecordAlias[] => [
    {
        name: endpoints[region] as string,
        zoneId: balancerZones[region] as string,
        evaluateTargetHealth: true,
    },
];

export interface Differences {
    /** How a health check is told of what it checks. */
    readonly leadsTo: (endpoint: string) => Partial<aws.route53.HealthCheckArgs>;
    readonly runtime: string;
}

/** The Terraform of the document that this project began with, resource for resource. */
export function declareSourceDocument({ leadsTo, runtime }: Differences): void {
    const usEast1 = new aws.route53.HealthCheck("us_east_1", {
        ...leadsTo(endpoints["us-east-1"] as string),
        port: 443,
        type: "HTTPS",
        resourcePath: "/health",
        failureThreshold: 3,
        requestInterval: 10,
        tags: { Name: "us-east-1-health-check" },
    });
    const euWest1 = new aws.route53.HealthCheck("eu_west_1", {
        ...leadsTo(endpoints["eu-west-1"] as string),
        port: 443,
        type: "HTTPS",
        resourcePath: "/health",
        failureThreshold: 3,
        requestInterval: 10,
    });

    for (const region of Object.keys(endpoints)) {
        new aws.route53.Record(`app_latency-${region}`, {
            zoneId,
            name: "app.example.com",
            type: "A",
            aliases: aliasOf(region),
            latencyRoutingPolicies: [{ region }],
            setIdentifier: region,
        });
    }

    new aws.route53.Record("app_failover_primary", {
        zoneId,
        name: "app.example.com",
        type: "A",
        aliases: aliasOf("us-east-1"),
        failoverRoutingPolicies: [{ type: "PRIMARY" }],
        setIdentifier: "primary",
        healthCheckId: usEast1.id,
    });
    new aws.route53.Record("app_failover_secondary", {
        zoneId,
        name: "app.example.com",
        type: "A",
        aliases: aliasOf("eu-west-1"),
        failoverRoutingPolicies: [{ type: "SECONDARY" }],
        setIdentifier: "secondary",
        healthCheckId: euWest1.id,
    });

    for (const [region, continent] of [
        ["us-east-1", "NA"],
        ["eu-west-1", "EU"],
        ["ap-south-1", "AS"],
    ] as const) {
        new aws.route53.Record(`app_geo-${region}`, {
            zoneId,
            name: "app.example.com",
            type: "A",
            aliases: aliasOf(region),
            geolocationRoutingPolicies: [{ continent }],
            setIdentifier: region,
        });
    }

    const failover = new aws.sns.Topic("failover", { name: "failover-notifications" });

    new aws.cloudwatch.MetricAlarm("us_east_1_5xx", {
        name: "us-east-1-5xx-errors",
        comparisonOperator: "GreaterThanThreshold",
        evaluationPeriods: 2,
        metricName: "HTTPCode_Target_5XX_Count",
        namespace: "AWS/ApplicationELB",
        period: 60,
        statistic: "Sum",
        threshold: 100,
        alarmDescription: "5xx errors in us-east-1",
        dimensions: { LoadBalancer: "app/web-1/50dc6c495c0c9188" },
        alarmActions: [failover.arn],
        // Its own topic, which is not declared either.
        okActions: ["arn:aws:sns:us-east-1:111122223333:failover-recovery"],
    });

    const handler = new aws.lambda.Function("failover_handler", {
        // lambda/failover.zip, which nobody has seen.
        code: new pulumi.asset.AssetArchive({
            "index.py": new pulumi.asset.StringAsset("def handler(event, context): pass"),
        }),
        name: "failover-handler",
        role: "arn:aws:iam::111122223333:role/failover-lambda",
        handler: "index.handler",
        runtime,
        timeout: 30,
        memorySize: 128,
        environment: {
            variables: {
                PRIMARY_REGION: "us-east-1",
                SECONDARY_REGION: "eu-west-1",
                ROUTE53_ZONE_ID: zoneId,
            },
        },
    });

    const rule = new aws.cloudwatch.EventRule("failover_event", {
        name: "failover-event-rule",
        description: "Capture failover events",
        eventPattern: JSON.stringify({
            source: ["aws.route53"],
            "detail-type": ["AWS API Call via CloudTrail"],
            detail: { eventName: ["UpdateHealthCheckStatus"] },
        }),
    });
    new aws.cloudwatch.EventTarget("failover_lambda", {
        rule: rule.name,
        targetId: "FailoverLambda",
        arn: handler.arn,
    });
}
