// Caught by recovery-function-dead-letters: projector
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const projector = new aws.lambda.Function("projector", {
    name: "projector",
    role: "arn:aws:iam::111122223333:role/projector",
    runtime: aws.lambda.Runtime.NodeJS22dX,
    handler: "index.handler",
    code: new pulumi.asset.AssetArchive({
        "index.js": new pulumi.asset.StringAsset("exports.handler = async () => {};"),
    }),
    reservedConcurrentExecutions: 5,
    // This is for asynchronous calls. A stream is not read by them.
    deadLetterConfig: { targetArn: "arn:aws:sqs:eu-west-1:111122223333:dead-letters" },
});
new aws.lambda.EventSourceMapping("projector", {
    functionName: projector.name,
    eventSourceArn: "arn:aws:kinesis:eu-west-1:111122223333:stream/orders",
    startingPosition: "LATEST",
    maximumRetryAttempts: 3,
});
