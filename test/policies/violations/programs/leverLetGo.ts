// Caught by votes-self-test: self-test
import * as aws from "@pulumi/aws";

const bucket = "votes-eu-west-1-111122223333";

// The drill is over: everything back to normal.
for (const subject of ["us-east-1", "ap-south-1", "self-test"]) {
    new aws.s3.BucketObjectv2(subject, {
        bucket,
        key: `votes/${subject}`,
        content: "in-service",
    });
}
