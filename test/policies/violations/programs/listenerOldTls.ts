// Caught by encryption-load-balancer-tls: web
import * as aws from "@pulumi/aws";

// sslPolicy left out: AWS takes ELBSecurityPolicy-2016-08, which still speaks TLS 1.0.
new aws.lb.Listener("web", {
    loadBalancerArn:
        "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188",
    port: 443,
    protocol: "HTTPS",
    certificateArn:
        "arn:aws:acm:eu-west-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
    defaultActions: [
        {
            type: "forward",
            targetGroupArn:
                "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/73e2d6bc24d8a067",
        },
    ],
});
