// Caught by votes-owner: ap-south-1-on-eu-west-1
// Caught by votes-other-regions: us-east-1-on-eu-west-1
import * as aws from "@pulumi/aws";

// ap-south-1 came later, and had to be added by hand.
const votes = {
    "us-east-1": ["eu-west-1"],
    "eu-west-1": ["us-east-1", "ap-south-1"],
    "ap-south-1": ["us-east-1", "eu-west-1"],
};

for (const [region, others] of Object.entries(votes)) {
    for (const other of others) {
        new aws.s3.BucketObjectv2(`${region}-on-${other}`, {
            region,
            bucket: `votes-${region}-111122223333`,
            key: `votes/${other}`,
            content: "in-service",
        });
    }
}
