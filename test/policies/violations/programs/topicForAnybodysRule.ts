// Caught by access-confused-deputy: alerts
import * as aws from "@pulumi/aws";

const alerts = new aws.sns.Topic("alerts", {
    kmsMasterKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
});
new aws.sns.TopicPolicy("alerts", {
    arn: "arn:aws:sns:eu-west-1:111122223333:alerts",
    policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "events",
                Effect: "Allow",
                Principal: { Service: "events.amazonaws.com" },
                Action: "sns:Publish",
                Resource: "arn:aws:sns:eu-west-1:111122223333:alerts",
            },
        ],
    }),
});

export const topic = alerts.arn;
