// Caught by recovery-bucket-replication-both-ways: from-eu-west-1, from-us-east-1
import * as aws from "@pulumi/aws";

const regions = ["us-east-1", "eu-west-1", "ap-south-1"];
const bucketIn = (region: string) => `uploads-${region}-111122223333`;

// ap-south-1 joined last, and only has somewhere to be read.
for (const region of regions.slice(0, 2)) {
    new aws.s3.BucketReplicationConfig(`from-${region}`, {
        region,
        bucket: bucketIn(region),
        role: "arn:aws:iam::111122223333:role/replication",
        rules: regions
            .filter((other) => other !== region)
            .map((other, index) => ({
                id: `to-${other}`,
                priority: index,
                status: "Enabled",
                filter: { prefix: "" },
                deleteMarkerReplication: { status: "Enabled" },
                destination: { bucket: `arn:aws:s3:::${bucketIn(other)}` },
            })),
    });
}
