// Caught by votes-pairs: eu-west-1-reads-us-east-1
import * as aws from "@pulumi/aws";

const checks: Record<string, readonly string[]> = {
    "us-east-1": ["self-test", "eu-west-1"],
    // TODO self-test
    "eu-west-1": ["us-east-1"],
};

for (const [voter, subjects] of Object.entries(checks)) {
    for (const subject of subjects) {
        const check = new aws.route53.HealthCheck(`${voter}-reads-${subject}`, {
            type: "HTTPS_STR_MATCH",
            fqdn: `votes-${voter}.s3.${voter}.amazonaws.com`,
            port: 443,
            resourcePath: `/votes/${subject}`,
            searchString: "evacuate",
            invertHealthcheck: subject !== "self-test",
            requestInterval: 10,
            failureThreshold: 2,
        });
        if (subject !== "self-test") {
            new aws.route53.HealthCheck(`in-service-${subject}`, {
                type: "CALCULATED",
                childHealthThreshold: 1,
                childHealthchecks: [check.id],
            });
        }
    }
}
