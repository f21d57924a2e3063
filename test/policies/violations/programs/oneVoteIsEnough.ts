// Caught by votes-quorum: in-service-ap-south-1, in-service-eu-west-1, in-service-us-east-1
import * as aws from "@pulumi/aws";

const regions = ["us-east-1", "eu-west-1", "ap-south-1"];

const reads = (voter: string, what: string, invertHealthcheck: boolean) =>
    new aws.route53.HealthCheck(`${voter}-${what}`, {
        type: "HTTPS_STR_MATCH",
        fqdn: `votes-${voter}.s3.${voter}.amazonaws.com`,
        port: 443,
        resourcePath: `/votes/${what}`,
        searchString: "evacuate",
        invertHealthcheck,
        requestInterval: 10,
        failureThreshold: 2,
    });

for (const region of regions) {
    const others = regions.filter((other) => other !== region);
    reads(region, "self-test", false);
    // All must agree that it is well. Whoever does not takes it out.
    new aws.route53.HealthCheck(`in-service-${region}`, {
        type: "CALCULATED",
        childHealthThreshold: others.length,
        childHealthchecks: others.map((other) => reads(other, region, true).id),
    });
}
