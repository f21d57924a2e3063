// Caught by health-target-group-check: checkout
import * as aws from "@pulumi/aws";

// Flapped during deployments, so we made it patient.
new aws.lb.TargetGroup("checkout", {
    vpcId: "vpc-0a1b2c3d4e5f60001",
    port: 8080,
    protocol: "HTTP",
    targetType: "ip",
    healthCheck: { path: "/", matcher: "200-499", unhealthyThreshold: 10 },
});
