// Caught by access-public-ports: bastion
import * as aws from "@pulumi/aws";

new aws.ec2.SecurityGroup("bastion", {
    vpcId: "vpc-0a1b2c3d4e5f60001",
    description: "SSH",
    ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] }],
    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
});
