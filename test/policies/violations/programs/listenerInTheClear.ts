// Caught by encryption-load-balancer-tls: web-80
import * as aws from "@pulumi/aws";

const balancer =
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188";
const target =
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/73e2d6bc24d8a067";

new aws.lb.Listener("web-443", {
    loadBalancerArn: balancer,
    port: 443,
    protocol: "HTTPS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    certificateArn:
        "arn:aws:acm:eu-west-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
    defaultActions: [{ type: "forward", targetGroupArn: target }],
});
// Some scanners in the warehouse cannot do TLS.
new aws.lb.Listener("web-80", {
    loadBalancerArn: balancer,
    port: 80,
    protocol: "HTTP",
    defaultActions: [{ type: "forward", targetGroupArn: target }],
});
