// Caught by recovery-function-dead-letters: invoice-mailer
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const mailer = new aws.lambda.Function("invoice-mailer", {
    role: "arn:aws:iam::111122223333:role/invoice-mailer",
    runtime: aws.lambda.Runtime.NodeJS22dX,
    handler: "index.handler",
    code: new pulumi.asset.AssetArchive({
        "index.js": new pulumi.asset.StringAsset("exports.handler = async () => {};"),
    }),
    reservedConcurrentExecutions: 5,
});

// Two more tries is plenty. What then? Not our problem at 2 a.m.
new aws.lambda.FunctionEventInvokeConfig("invoice-mailer", {
    functionName: mailer.name,
    maximumRetryAttempts: 2,
});
