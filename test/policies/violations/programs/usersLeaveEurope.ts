// Caught by routing-residency: eu-eu-central-1
import * as aws from "@pulumi/aws";

const zoneId = "Z0123456789EXAMPLE";
const alias = (name: string, targetZone: string, evaluateTargetHealth: boolean) => [
    { name, zoneId: targetZone, evaluateTargetHealth },
];

// Europeans stay in Europe, also when it is down.
new aws.route53.Record("app-eu", {
    zoneId,
    name: "app.example.com",
    type: "A",
    setIdentifier: "eu",
    geolocationRoutingPolicies: [{ continent: "EU" }],
    aliases: alias("eu.app.example.com", zoneId, false),
});
new aws.route53.Record("app-default", {
    zoneId,
    name: "app.example.com",
    type: "A",
    setIdentifier: "default",
    geolocationRoutingPolicies: [{ country: "*" }],
    aliases: alias("web-1.us-east-1.elb.amazonaws.com", "Z35SXDOTRQ7X7K", true),
});

const targets: Record<string, string[]> = {
    "eu-west-1": ["web-1.eu-west-1.elb.amazonaws.com", "Z32O12XQLNTSW2"],
    // Frankfurt is not ready yet.
    "eu-central-1": ["web-1.us-east-1.elb.amazonaws.com", "Z35SXDOTRQ7X7K"],
};
for (const [region, [host, hostZone]] of Object.entries(targets)) {
    new aws.route53.Record(`eu-${region}`, {
        zoneId,
        name: "eu.app.example.com",
        type: "A",
        setIdentifier: region,
        latencyRoutingPolicies: [{ region }],
        aliases: alias(host as string, hostZone as string, true),
    });
}
