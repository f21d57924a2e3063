// Caught by routing-follows-health: api-ap-south-1
import * as aws from "@pulumi/aws";

const regions = [
    {
        region: "us-east-1",
        address: "203.0.113.10",
        healthCheckId: "0a1b2c3d-1111-4222-8333-444455556666",
    },
    {
        region: "eu-west-1",
        address: "203.0.113.20",
        healthCheckId: "0a1b2c3d-1111-4222-8333-444455556667",
    },
    { region: "ap-south-1", address: "203.0.113.30" }, // TODO health check
];

for (const { region, address, ...health } of regions) {
    new aws.route53.Record(`api-${region}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: "api.example.com",
        type: "A",
        ttl: 60,
        records: [address],
        setIdentifier: region,
        latencyRoutingPolicies: [{ region }],
        ...health,
    });
}
