// Caught by routing-default-geolocation: shop-AS
import * as aws from "@pulumi/aws";

const balancers: Record<string, { readonly name: string; readonly zoneId: string }> = {
    NA: { name: "web-1.us-east-1.elb.amazonaws.com", zoneId: "Z35SXDOTRQ7X7K" },
    EU: { name: "web-2.eu-west-1.elb.amazonaws.com", zoneId: "Z32O12XQLNTSW2" },
    AS: { name: "web-3.ap-south-1.elb.amazonaws.com", zoneId: "ZP97RAFLXTNZK" },
};

// The rest of the world: when we get there.
for (const [continent, balancer] of Object.entries(balancers)) {
    new aws.route53.Record(`shop-${continent}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: "shop.example.com",
        type: "A",
        setIdentifier: continent,
        geolocationRoutingPolicies: [{ continent }],
        aliases: [{ ...balancer, evaluateTargetHealth: true }],
    });
}
