// Caught by logging-retention: batch, web
import * as aws from "@pulumi/aws";

const kmsKeyId = "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01";
const days: Record<string, number | undefined> = { web: 7, batch: undefined, audit: 365 };

for (const [name, retentionInDays] of Object.entries(days)) {
    new aws.cloudwatch.LogGroup(name, {
        name: `/app/${name}`,
        kmsKeyId,
        ...(retentionInDays === undefined ? {} : { retentionInDays }),
    });
}
