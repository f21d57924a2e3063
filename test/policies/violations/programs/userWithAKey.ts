// Caught by access-long-lived-keys: ci
import * as aws from "@pulumi/aws";

const ci = new aws.iam.User("ci", { name: "ci" });

// For the build server. Rotated whenever somebody leaves.
const key = new aws.iam.AccessKey("ci", { user: ci.name });

export const id = key.id;
