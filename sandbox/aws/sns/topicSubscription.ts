import type { Props } from "../../world/store";
import type { Problem, ResourceType } from "../resourceType";
import { flag, keepId, text } from "../support/known";
import { Problems } from "../support/problems";
import { refuseMissingTopic } from "./topicPolicy";

const protocols = [
    "application",
    "email",
    "email-json",
    "firehose",
    "http",
    "https",
    "lambda",
    "sms",
    "sqs",
];

/** What an endpoint looks like, where it has one form. */
const endpoints: Readonly<Record<string, readonly [RegExp, string]>> = {
    sqs: [/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?$/, "Invalid parameter: SQS endpoint ARN"],
    lambda: [
        /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/,
        "Invalid parameter: Lambda endpoint ARN",
    ],
    firehose: [/^arn:aws:firehose:/, "Invalid parameter: Firehose endpoint ARN"],
    http: [/^http:\/\//, "Invalid parameter: Endpoint must match the specified protocol"],
    https: [/^https:\/\//, "Invalid parameter: Endpoint must match the specified protocol"],
    email: [/^[^@\s]+@[^@\s]+$/, "Invalid parameter: Email address"],
    "email-json": [/^[^@\s]+@[^@\s]+$/, "Invalid parameter: Email address"],
};

/** @see https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.oneOf(inputs, "protocol", protocols);
    const protocol = text(inputs, "protocol") ?? "";
    const endpoint = text(inputs, "endpoint");
    const [form, reason] = endpoints[protocol] ?? [];
    if (endpoint !== undefined && form !== undefined && !form.test(endpoint)) {
        problems.add("endpoint", `${reason}, got "${endpoint}"`);
    }
    if (
        flag(inputs, "rawMessageDelivery") === true &&
        !["sqs", "http", "https", "firehose"].includes(protocol)
    ) {
        problems.add(
            "rawMessageDelivery",
            `Invalid parameter: Delivery protocol [${protocol}] does not support raw message delivery.`,
        );
    }
    problems.oneOf(inputs, "filterPolicyScope", ["MessageAttributes", "MessageBody"]);
    for (const property of ["filterPolicy", "redrivePolicy", "deliveryPolicy"]) {
        const document = text(inputs, property);
        if (document !== undefined && !isJsonObject(document)) {
            problems.add(property, `Invalid parameter: ${property}: failed to parse JSON`);
        }
    }
    return problems.found;
}

function isJsonObject(document: string): boolean {
    try {
        const value: unknown = JSON.parse(document);
        return typeof value === "object" && value !== null && !Array.isArray(value);
    } catch {
        return false;
    }
}

export const topicSubscription: ResourceType = {
    type: "aws:sns/topicSubscription:TopicSubscription",
    service: "sns",
    home: "regional",
    actions: {
        create: "Subscribe",
        read: "GetSubscriptionAttributes",
        update: "SetSubscriptionAttributes",
        delete: "Unsubscribe",
    },
    inputs: [
        "confirmationTimeoutInMinutes",
        "deliveryPolicy",
        "endpoint",
        "endpointAutoConfirms",
        "filterPolicy",
        "filterPolicyScope",
        "protocol",
        "rawMessageDelivery",
        "redrivePolicy",
        "replayPolicy",
        "subscriptionRoleArn",
        "topic",
    ],
    required: ["endpoint", "protocol", "topic"],
    replaceOn: ["endpoint", "protocol", "topic"],
    defaults: {
        confirmationTimeoutInMinutes: 1,
        endpointAutoConfirms: false,
        rawMessageDelivery: false,
    },
    documents: ["deliveryPolicy", "filterPolicy", "redrivePolicy", "replayPolicy"],
    computed: [
        "arn",
        "confirmationWasAuthenticated",
        "filterPolicyScope",
        "ownerId",
        "pendingConfirmation",
    ],
    check,
    admit: (inputs, context) => refuseMissingTopic(text(inputs, "topic") ?? "", context),
    compute: (inputs, context, current) => {
        const id = keepId(current, () => {
            const hex = context.unique(32);
            return `${text(inputs, "topic")}:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
        });
        const needsConsent = /^(http|https|email|email-json|sms)$/.test(
            text(inputs, "protocol") ?? "",
        );
        return {
            id,
            outputs: {
                ...(text(inputs, "filterPolicy") === undefined
                    ? {}
                    : { filterPolicyScope: "MessageAttributes" }),
                ...inputs,
                arn: id,
                confirmationWasAuthenticated: !needsConsent,
                ownerId: context.accountId,
                pendingConfirmation: needsConsent,
            },
        };
    },
};
