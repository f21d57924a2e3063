import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { record, text } from "../support/known";
import { Problems } from "../support/problems";
import { refuseMissingFunction, targetExists } from "./targets";

const destinations = ["onFailure", "onSuccess"];

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
export const functionEventInvokeConfig: ResourceType = {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    service: "lambda",
    home: "regional",
    actions: {
        create: "PutFunctionEventInvokeConfig",
        read: "GetFunctionEventInvokeConfig",
        update: "PutFunctionEventInvokeConfig",
        delete: "DeleteFunctionEventInvokeConfig",
    },
    inputs: [
        "destinationConfig",
        "functionName",
        "maximumEventAgeInSeconds",
        "maximumRetryAttempts",
        "qualifier",
    ],
    required: ["functionName"],
    replaceOn: ["functionName", "qualifier"],
    defaults: { maximumRetryAttempts: 2 },
    upsert: true,
    computed: [],
    check: (inputs) => {
        const problems = new Problems();
        problems.range(inputs, "maximumEventAgeInSeconds", 60, 21_600);
        problems.range(inputs, "maximumRetryAttempts", 0, 2);
        const config = record(inputs, "destinationConfig");
        for (const name of destinations) {
            problems.matches(
                record(config, name) ?? {},
                "destination",
                /^arn:aws:(sqs|sns|lambda|events|s3):/,
                "must be the ARN of a queue, topic, function, event bus or bucket",
                `destinationConfig.${name}.`,
            );
        }
        return problems.found;
    },
    admit: (inputs, context) => {
        refuseMissingFunction(text(inputs, "functionName") ?? "", context);
        for (const name of destinations) {
            const arn = text(record(record(inputs, "destinationConfig"), name), "destination");
            if (arn !== undefined && !targetExists(arn, context)) {
                throw new AwsError(
                    "InvalidParameterValueException",
                    `The destination ARN ${arn} is invalid: it does not exist.`,
                );
            }
        }
    },
    compute: (inputs, context) => ({
        id: refuseMissingFunction(text(inputs, "functionName") ?? "", context).id,
        outputs: inputs,
    }),
};
