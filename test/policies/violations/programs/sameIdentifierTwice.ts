// Caught by routing-unique-records: cdn-2
import * as aws from "@pulumi/aws";

const addresses = ["203.0.113.10", "203.0.113.20", "203.0.113.30"];
const identifiers = ["first", "second", "second"];

addresses.forEach((address, index) => {
    new aws.route53.Record(`cdn-${index}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: "cdn.example.com",
        type: "A",
        ttl: 60,
        records: [address],
        setIdentifier: identifiers[index],
        multivalueAnswerRoutingPolicy: true,
        healthCheckId: `0a1b2c3d-1111-4222-8333-44445555666${index}`,
    });
});
