// Caught by encryption-key-policy-not-open: shared
import * as aws from "@pulumi/aws";

new aws.kms.Key("shared", {
    description: "shared with the subsidiaries' accounts",
    enableKeyRotation: true,
    policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "owner",
                Effect: "Allow",
                Principal: { AWS: "arn:aws:iam::111122223333:root" },
                Action: "kms:*",
                Resource: "*",
            },
            {
                Sid: "subsidiaries",
                Effect: "Allow",
                Principal: { AWS: "*" },
                Action: ["kms:Decrypt", "kms:GenerateDataKey"],
                Resource: "*",
            },
        ],
    }),
});
