// Caught by routing-follows-health: www-blue, www-green
import * as aws from "@pulumi/aws";

const target = (name: string): aws.types.input.route53.RecordAlias => ({
    name,
    zoneId: "Z32O12XQLNTSW2",
    evaluateTargetHealth: false,
});

Object.entries({ blue: 90, green: 10 }).forEach(([colour, weight]) => {
    new aws.route53.Record(`www-${colour}`, {
        zoneId: "Z0123456789EXAMPLE",
        name: "www.example.com",
        type: "A",
        setIdentifier: colour,
        weightedRoutingPolicies: [{ weight }],
        aliases: [target(`${colour}-1.eu-west-1.elb.amazonaws.com`)],
    });
});
