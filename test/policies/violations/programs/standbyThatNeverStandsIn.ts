// Caught by routing-follows-health: pay-active
// Caught by routing-reachable: pay-standby
import * as aws from "@pulumi/aws";

const pay = (setIdentifier: string, weight: number, address: string, healthCheckId?: string) =>
    new aws.route53.Record(`pay-${setIdentifier}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: "pay.example.com",
        type: "A",
        ttl: 30,
        records: [address],
        setIdentifier,
        weightedRoutingPolicies: [{ weight }],
        ...(healthCheckId === undefined ? {} : { healthCheckId }),
    });

pay("active", 100, "203.0.113.10");
pay("standby", 0, "203.0.113.20", "0a1b2c3d-1111-4222-8333-444455556667");
