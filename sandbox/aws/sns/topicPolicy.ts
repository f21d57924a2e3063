import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { text } from "../support/known";
import { refuseTopicPolicy, topicType } from "./topic";

/** @throws AwsError NotFound, or InvalidParameter when the topic is another region's. */
export function refuseMissingTopic(topic: string, context: TypeContext): void {
    if (/^arn:aws:sns:([^:]+):/.exec(topic)?.[1] !== context.region) {
        throw new AwsError("InvalidParameter", "Invalid parameter: TopicArn");
    }
    if (context.store.get(topicType, context.region, topic) === undefined) {
        throw new AwsError("NotFound", "Topic does not exist", 404);
    }
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
export const topicPolicy: ResourceType = {
    type: "aws:sns/topicPolicy:TopicPolicy",
    service: "sns",
    home: "regional",
    actions: {
        create: "SetTopicAttributes",
        read: "GetTopicAttributes",
        update: "SetTopicAttributes",
        delete: "SetTopicAttributes",
    },
    inputs: ["arn", "policy"],
    required: ["arn", "policy"],
    replaceOn: ["arn"],
    documents: ["policy"],
    upsert: true,
    computed: ["owner"],
    admit: (inputs, context) => {
        refuseMissingTopic(text(inputs, "arn") ?? "", context);
        refuseTopicPolicy(text(inputs, "policy") ?? "", context);
    },
    compute: (inputs, context) => ({
        id: text(inputs, "arn") ?? "",
        outputs: { ...inputs, owner: context.accountId },
    }),
};
