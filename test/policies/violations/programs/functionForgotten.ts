// Caught by patching-function-runtime: nightly-report
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const defaults = {
    runtime: "nodejs20.x",
    handler: "index.handler",
    reservedConcurrentExecutions: 1,
    deadLetterConfig: { targetArn: "arn:aws:sqs:eu-west-1:111122223333:dead-letters" },
};

new aws.lambda.Function("nightly-report", {
    ...defaults,
    role: "arn:aws:iam::111122223333:role/nightly-report",
    code: new pulumi.asset.AssetArchive({
        "index.js": new pulumi.asset.StringAsset("exports.handler = async () => {};"),
    }),
});
