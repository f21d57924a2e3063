// Caught by health-check-thresholds: web
import * as aws from "@pulumi/aws";

// requestInterval left out: every 30 seconds, three times.
new aws.route53.HealthCheck("web", {
    type: "HTTPS",
    fqdn: "web.example.com",
    port: 443,
    resourcePath: "/health",
    requestInterval: 30,
    failureThreshold: 3,
});
