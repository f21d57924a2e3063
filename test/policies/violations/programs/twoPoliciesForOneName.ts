// Caught by routing-one-policy: app-canary
import * as aws from "@pulumi/aws";

const base = { zoneId: "Z0123456789EXAMPLE", name: "app.example.com", type: "A" };
const balancer = (region: string, zoneId: string) => [
    { name: `web-1.${region}.elb.amazonaws.com`, zoneId, evaluateTargetHealth: true },
];

new aws.route53.Record("app-us", {
    ...base,
    setIdentifier: "us",
    latencyRoutingPolicies: [{ region: "us-east-1" }],
    aliases: balancer("us-east-1", "Z35SXDOTRQ7X7K"),
});
new aws.route53.Record("app-eu", {
    ...base,
    setIdentifier: "eu",
    latencyRoutingPolicies: [{ region: "eu-west-1" }],
    aliases: balancer("eu-west-1", "Z32O12XQLNTSW2"),
});
// One percent to the new platform.
new aws.route53.Record("app-canary", {
    ...base,
    setIdentifier: "canary",
    weightedRoutingPolicies: [{ weight: 1 }],
    aliases: balancer("eu-west-1", "Z32O12XQLNTSW2"),
});
