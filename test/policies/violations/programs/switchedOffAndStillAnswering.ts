// Caught by routing-evacuated-regions: api-eu-west-1
import * as aws from "@pulumi/aws";

const regions: Record<string, { readonly control: string; readonly balancerZone: string }> = {
    "us-east-1": { control: "a1b2c3d4e5f60001", balancerZone: "Z35SXDOTRQ7X7K" },
    "eu-west-1": { control: "a1b2c3d4e5f60002", balancerZone: "Z32O12XQLNTSW2" },
};

for (const [region, { control, balancerZone }] of Object.entries(regions)) {
    const inService = new aws.route53.HealthCheck(`in-service-${region}`, {
        type: "RECOVERY_CONTROL",
        routingControlArn: `arn:aws:route53-recovery-control::111122223333:controlpanel/0123456789abcdef0123456789abcdef/routingcontrol/${control}`,
    });
    for (const name of ["www", "api"]) {
        new aws.route53.Record(`${name}-${region}`, {
            zoneId: "Z0123456789EXAMPLE",
            name: `${name}.example.com`,
            type: "A",
            setIdentifier: region,
            latencyRoutingPolicies: [{ region }],
            // The API came later. Its target's health is evaluated, which is as good. Is it?
            ...(name === "www" ? { healthCheckId: inService.id } : {}),
            aliases: [
                {
                    name: `web-1.${region}.elb.amazonaws.com`,
                    zoneId: balancerZone,
                    evaluateTargetHealth: true,
                },
            ],
        });
    }
}
