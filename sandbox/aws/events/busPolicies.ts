import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { text } from "../support/known";
import { policyProblems } from "../support/policyDocument";
import { unknownPrincipal } from "../support/principals";
import { Problems } from "../support/problems";
import { busNameOf } from "./buses";

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html */
export const eventPermission: ResourceType = {
    type: "aws:cloudwatch/eventPermission:EventPermission",
    service: "events",
    home: "regional",
    actions: {
        create: "PutPermission",
        read: "DescribeEventBus",
        update: "PutPermission",
        delete: "RemovePermission",
    },
    inputs: ["action", "condition", "eventBusName", "principal", "statementId"],
    required: ["principal", "statementId"],
    replaceOn: ["eventBusName", "statementId"],
    defaults: { action: "events:PutEvents", eventBusName: "default" },
    upsert: true,
    computed: [],
    check: (inputs) => {
        const problems = new Problems();
        problems.matches(
            inputs,
            "principal",
            /^([*]|\d{12})$/,
            "must be an account id of 12 digits or *",
        );
        problems.matches(
            inputs,
            "statementId",
            /^[\w-]{1,64}$/,
            "1 to 64 letters, digits, hyphens or underscores",
        );
        problems.oneOf(inputs, "action", ["events:PutEvents"]);
        return problems.found;
    },
    compute: (inputs) => ({
        id: `${busNameOf(inputs)}-${text(inputs, "statementId")}`,
        outputs: inputs,
    }),
};

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions.html */
export const eventBusPolicy: ResourceType = {
    type: "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    service: "events",
    home: "regional",
    actions: {
        create: "PutPermission",
        read: "DescribeEventBus",
        update: "PutPermission",
        delete: "RemovePermission",
    },
    inputs: ["eventBusName", "policy"],
    required: ["policy"],
    replaceOn: ["eventBusName"],
    defaults: { eventBusName: "default" },
    documents: ["policy"],
    upsert: true,
    computed: [],
    admit: (inputs, context) => {
        const policy = text(inputs, "policy") ?? "";
        const stranger = unknownPrincipal(policy, context);
        const problem =
            policyProblems(policy, "resource")[0] ??
            (stranger === undefined ? undefined : `invalid principal ${stranger}`);
        if (problem !== undefined) {
            throw new AwsError("ValidationException", `Policy is not valid. Reason: ${problem}`);
        }
        if (Buffer.byteLength(policy) > 10_240) {
            throw new AwsError(
                "PolicyLengthExceededException",
                `an event bus policy has at most 10240 bytes, got ${Buffer.byteLength(policy)}`,
            );
        }
    },
    compute: (inputs) => ({ id: busNameOf(inputs), outputs: inputs }),
};
