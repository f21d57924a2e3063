// Caught by routing-alias-targets: shop
import * as aws from "@pulumi/aws";

const zoneId = "Z0123456789EXAMPLE";
const balancers: Record<string, string> = {
    "us-east-1": "Z35SXDOTRQ7X7K",
    "eu-west-1": "Z32O12XQLNTSW2",
};

for (const [region, balancerZone] of Object.entries(balancers)) {
    new aws.route53.Record(`world-${region}`, {
        zoneId,
        name: "world.shop.example.com",
        type: "A",
        setIdentifier: region,
        latencyRoutingPolicies: [{ region }],
        aliases: [
            {
                name: `web-1.${region}.elb.amazonaws.com`,
                zoneId: balancerZone,
                evaluateTargetHealth: true,
            },
        ],
    });
}
// Called "global" until the last review.
new aws.route53.Record("shop", {
    zoneId,
    name: "shop.example.com",
    type: "A",
    aliases: [{ name: "global.shop.example.com", zoneId, evaluateTargetHealth: true }],
});
new aws.route53.Record("www", {
    zoneId,
    name: "www.example.com",
    type: "A",
    aliases: [{ name: "world.shop.example.com", zoneId, evaluateTargetHealth: true }],
});
