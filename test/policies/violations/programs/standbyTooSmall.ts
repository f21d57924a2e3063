// Caught by capacity-region-loss: web-eu-west-1
// Caught by capacity-service-minimum: web-eu-west-1
import * as aws from "@pulumi/aws";

interface Region {
    readonly tasks: number;
    readonly balancerZone: string;
}

// Europe is asleep when America shops, so it runs warm. It also is where America goes.
const regions: Record<string, Region> = {
    "us-east-1": { tasks: 8, balancerZone: "Z35SXDOTRQ7X7K" },
    "eu-west-1": { tasks: 4, balancerZone: "Z32O12XQLNTSW2" },
};

for (const [region, { tasks, balancerZone }] of Object.entries(regions)) {
    new aws.appautoscaling.Target(`web-${region}`, {
        region,
        serviceNamespace: "ecs",
        scalableDimension: "ecs:service:DesiredCount",
        resourceId: "service/platform/web",
        minCapacity: tasks,
        maxCapacity: tasks * 10,
    });
    new aws.route53.Record(`shop-${region}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: "shop.example.com",
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
