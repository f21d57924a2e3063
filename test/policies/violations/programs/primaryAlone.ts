// Caught by routing-failover-pair: files
import * as aws from "@pulumi/aws";

// The secondary was the old data centre.
new aws.route53.Record("files", {
    zoneId: "Z0123456789EXAMPLE",
    name: "files.example.com",
    type: "A",
    ttl: 60,
    records: ["203.0.113.10"],
    setIdentifier: "primary",
    failoverRoutingPolicies: [{ type: "PRIMARY" }],
    healthCheckId: "0a1b2c3d-1111-4222-8333-444455556666",
});
