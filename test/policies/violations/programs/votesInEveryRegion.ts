// Caught by votes-owner: eu-west-1-on-us-east-1
import * as aws from "@pulumi/aws";

const regions = ["us-east-1", "eu-west-1"];

// One stack for all of them is easier to find.
for (const region of regions) {
    for (const other of regions.filter((each) => each !== region)) {
        new aws.s3.BucketObjectv2(`${region}-on-${other}`, {
            region,
            bucket: `votes-${region}-111122223333`,
            key: `votes/${other}`,
            content: "in-service",
        });
    }
}
