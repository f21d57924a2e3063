// Caught by health-check-thresholds: us-east-1, eu-west-1
import * as aws from "@pulumi/aws";

const base = { port: 80, resourcePath: "/", requestInterval: 10 };

for (const region of ["us-east-1", "eu-west-1"]) {
    new aws.route53.HealthCheck(region, {
        ...base,
        type: "HTTP",
        fqdn: `${region}.example.com`,
        failureThreshold: 1,
    });
}
