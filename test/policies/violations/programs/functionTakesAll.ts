// Caught by capacity-function-concurrency: thumbnails
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

new aws.lambda.Function("thumbnails", {
    role: "arn:aws:iam::111122223333:role/thumbnails",
    runtime: aws.lambda.Runtime.Python3d13,
    handler: "main.handler",
    code: new pulumi.asset.AssetArchive({
        "main.py": new pulumi.asset.StringAsset("def handler(event, context): pass"),
    }),
    memorySize: 2048,
    deadLetterConfig: { targetArn: "arn:aws:sqs:eu-west-1:111122223333:dead-letters" },
});
