// Caught by access-load-balancer-headers: api
// Caught by logging-load-balancer-access-logs: api
// Caught by recovery-load-balancer-deletion-protection: api
import * as aws from "@pulumi/aws";

new aws.lb.LoadBalancer("api", {
    internal: true,
    subnets: ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
    securityGroups: ["sg-0a1b2c3d4e5f60001"],
});
