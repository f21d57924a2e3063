// Caught by routing-ttl: files-primary, files-secondary
import * as aws from "@pulumi/aws";

const record = (role: "PRIMARY" | "SECONDARY", address: string, healthCheckId?: string) =>
    new aws.route53.Record(`files-${role.toLowerCase()}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: "files.example.com",
        type: "A",
        ttl: 3600,
        records: [address],
        setIdentifier: role,
        failoverRoutingPolicies: [{ type: role }],
        ...(healthCheckId === undefined ? {} : { healthCheckId }),
    });

record("PRIMARY", "203.0.113.10", "0a1b2c3d-1111-4222-8333-444455556666");
record("SECONDARY", "203.0.113.20");
