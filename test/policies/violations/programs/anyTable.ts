// Caught by access-permissions-named: reader
import * as aws from "@pulumi/aws";

const reader = new aws.iam.Role("reader", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
    inlinePolicies: [
        {
            name: "read",
            policy: JSON.stringify({
                Version: "2012-10-17",
                Statement: {
                    Effect: "Allow",
                    Action: ["dynamodb:GetItem", "dynamodb:Query"],
                    // the ARN of the replica table is different in each region
                    Resource: "*",
                },
            }),
        },
    ],
});

export const readerArn = reader.arn;
