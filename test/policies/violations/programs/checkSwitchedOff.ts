// Caught by health-check-thresholds: eu-west-1
import * as aws from "@pulumi/aws";

// Off during the maintenance of 12 March.
new aws.route53.HealthCheck("eu-west-1", {
    type: "HTTPS_STR_MATCH",
    fqdn: "eu-west-1.example.com",
    port: 443,
    resourcePath: "/health",
    searchString: "ok",
    requestInterval: 10,
    failureThreshold: 2,
    disabled: true,
});
