// Caught by recovery-table-deletion-protection: stock-us
import * as aws from "@pulumi/aws";

const us = new aws.Provider("us", { region: "us-east-1" });

new aws.dynamodb.TableReplica(
    "stock-us",
    {
        globalTableArn: "arn:aws:dynamodb:eu-west-1:111122223333:table/stock",
        kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
        pointInTimeRecovery: true,
    },
    { provider: us },
);
