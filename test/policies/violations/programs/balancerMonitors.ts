// Caught by access-load-balancer-desync: back-office
import * as aws from "@pulumi/aws";

new aws.lb.LoadBalancer("back-office", {
    internal: true,
    subnets: ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
    securityGroups: ["sg-0a1b2c3d4e5f60001"],
    enableDeletionProtection: true,
    dropInvalidHeaderFields: true,
    accessLogs: { bucket: "access-logs-eu-west-1", enabled: true },
    // The old ERP sends something odd. TODO look at it after the migration
    desyncMitigationMode: "monitor",
});
