// Caught by planes-alarm-region: eu-west-1
import * as aws from "@pulumi/aws";

const zones: Record<string, string> = {
    "us-east-1": "Z35SXDOTRQ7X7K",
    "eu-west-1": "Z32O12XQLNTSW2",
};

for (const region of ["us-east-1", "eu-west-1"]) {
    const check = new aws.route53.HealthCheck(region, {
        type: "CLOUDWATCH_METRIC",
        cloudwatchAlarmName: `errors-of-${region}`,
        // eu-west-1 has it at home; who else should know?
        cloudwatchAlarmRegion: "eu-west-1",
        insufficientDataHealthStatus: "LastKnownStatus",
    });
    new aws.route53.Record(`api-${region}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: "api.example.com",
        type: "A",
        setIdentifier: region,
        latencyRoutingPolicies: [{ region }],
        healthCheckId: check.id,
        aliases: [
            {
                name: `web-1.${region}.elb.amazonaws.com`,
                zoneId: zones[region] as string,
                evaluateTargetHealth: true,
            },
        ],
    });
}
