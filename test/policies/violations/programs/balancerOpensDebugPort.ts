// Caught by access-public-ports: web-9090
import * as aws from "@pulumi/aws";

const web = new aws.ec2.SecurityGroup("web", {
    vpcId: "vpc-0a1b2c3d4e5f60001",
    description: "load balancer",
});
for (const port of [443, 9090]) {
    new aws.vpc.SecurityGroupIngressRule(`web-${port}`, {
        securityGroupId: web.id,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        cidrIpv4: "0.0.0.0/0",
    });
}
new aws.lb.LoadBalancer("web", {
    internal: true,
    subnets: ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
    securityGroups: [web.id],
    enableDeletionProtection: true,
    dropInvalidHeaderFields: true,
    accessLogs: { bucket: "access-logs-eu-west-1", enabled: true },
});
