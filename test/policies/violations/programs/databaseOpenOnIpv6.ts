// Caught by access-public-ports: postgres-ipv6
import * as aws from "@pulumi/aws";

const database = new aws.ec2.SecurityGroup("database", {
    vpcId: "vpc-0a1b2c3d4e5f60001",
    description: "PostgreSQL",
});
const postgres = { securityGroupId: database.id, ipProtocol: "tcp", fromPort: 5432, toPort: 5432 };

new aws.vpc.SecurityGroupIngressRule("postgres-ipv4", { ...postgres, cidrIpv4: "10.0.0.0/8" });
// There is no 10.0.0.0/8 in IPv6...
new aws.vpc.SecurityGroupIngressRule("postgres-ipv6", { ...postgres, cidrIpv6: "::/0" });
