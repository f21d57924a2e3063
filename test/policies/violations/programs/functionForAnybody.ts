// Caught by access-confused-deputy: resize-on-upload
import * as aws from "@pulumi/aws";

const invokers = { upload: "s3.amazonaws.com" };

for (const [when, principal] of Object.entries(invokers)) {
    new aws.lambda.Permission(`resize-on-${when}`, {
        action: "lambda:InvokeFunction",
        function: "resize",
        principal,
    });
}
