// Caught by encryption-messaging-customer-managed-key: payments
import * as aws from "@pulumi/aws";

const defaults: aws.sqs.QueueArgs = {
    messageRetentionSeconds: 1209600,
    visibilityTimeoutSeconds: 120,
    sqsManagedSseEnabled: true,
};

new aws.sqs.Queue("payments", defaults);
