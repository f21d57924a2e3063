// Caught by health-calculated-children: shop
import * as aws from "@pulumi/aws";

const asks = (host: string) =>
    new aws.route53.HealthCheck(host, {
        type: "HTTPS",
        fqdn: `${host}.example.com`,
        resourcePath: "/health",
        requestInterval: 10,
        failureThreshold: 3,
    }).id;

const anyOf = (name: string, childHealthchecks: ReturnType<typeof asks>[]) =>
    new aws.route53.HealthCheck(name, {
        type: "CALCULATED",
        childHealthThreshold: 1,
        childHealthchecks,
    }).id;

// The shop is up when a front end and a payment provider are.
new aws.route53.HealthCheck("shop", {
    type: "CALCULATED",
    childHealthThreshold: 2,
    childHealthchecks: [
        anyOf("front-ends", [asks("web-1"), asks("web-2")]),
        anyOf("payments", [asks("pay-1"), asks("pay-2")]),
    ],
});
