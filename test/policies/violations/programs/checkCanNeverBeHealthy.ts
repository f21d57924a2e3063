// Caught by health-calculated-threshold: region
import * as aws from "@pulumi/aws";

const check = (fqdn: string) =>
    new aws.route53.HealthCheck(fqdn, {
        type: "HTTPS",
        fqdn,
        port: 443,
        resourcePath: "/health",
        requestInterval: 10,
        failureThreshold: 3,
    });

const children = ["web.example.com", "api.example.com", "pay.example.com"].map(check);

// pay.example.com was taken out again in spring, the 3 was not.
new aws.route53.HealthCheck("region", {
    type: "CALCULATED",
    childHealthThreshold: 3,
    childHealthchecks: children.slice(0, 2).map(({ id }) => id),
});
