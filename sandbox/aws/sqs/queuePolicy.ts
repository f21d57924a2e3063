import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { text } from "../support/known";
import { queueByUrl, refuseQueuePolicy } from "./queue";

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html */
export const queuePolicy: ResourceType = {
    type: "aws:sqs/queuePolicy:QueuePolicy",
    service: "sqs",
    home: "regional",
    actions: {
        create: "SetQueueAttributes",
        read: "GetQueueAttributes",
        update: "SetQueueAttributes",
        delete: "SetQueueAttributes",
    },
    inputs: ["policy", "queueUrl"],
    required: ["policy", "queueUrl"],
    replaceOn: ["queueUrl"],
    documents: ["policy"],
    upsert: true,
    computed: [],
    admit: (inputs, context) => {
        if (queueByUrl(text(inputs, "queueUrl") ?? "", context) === undefined) {
            throw new AwsError(
                "AWS.SimpleQueueService.NonExistentQueue",
                "The specified queue does not exist.",
            );
        }
        refuseQueuePolicy(text(inputs, "policy") ?? "", context);
    },
    compute: (inputs) => ({ id: text(inputs, "queueUrl") ?? "", outputs: inputs }),
};
