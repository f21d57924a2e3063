// Caught by planes-checked-endpoint: region
import * as aws from "@pulumi/aws";

// If DynamoDB answers, the region is fine.
new aws.route53.HealthCheck("region", {
    type: "HTTPS",
    fqdn: "dynamodb.eu-west-1.amazonaws.com",
    port: 443,
    resourcePath: "/ping",
    requestInterval: 10,
    failureThreshold: 3,
});
