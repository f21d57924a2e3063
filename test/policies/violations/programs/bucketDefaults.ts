// Caught by access-bucket-block-public: exports
// Caught by encryption-bucket-customer-managed-key: exports
// Caught by encryption-bucket-in-transit: exports
// Caught by recovery-bucket-replication: exports
// Caught by recovery-bucket-versioning: exports
import * as aws from "@pulumi/aws";

// Private by default, encrypted by default. What else would it need?
const bucket = new aws.s3.Bucket("exports");

export const name = bucket.bucket;
