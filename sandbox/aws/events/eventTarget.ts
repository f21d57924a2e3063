import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { roleTrust } from "../iam/trust";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { isOther, record, text } from "../support/known";
import { Problems } from "../support/problems";
import { busNameOf, ruleId, ruleType, targetsOf, targetType } from "./buses";

/** Quota: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html. */
const targetsPerRule = 5;

const busArn = /^arn:aws:events:([a-z0-9-]+):(\d{12}):event-bus\/.+$/;

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "arn",
        /^arn:aws:[a-zA-Z0-9-]+:[a-z0-9-]*:(\d{12})?:.+$/,
        "must be an ARN",
    );
    problems.matches(
        inputs,
        "targetId",
        /^[.\-\w]{1,64}$/,
        "1 to 64 letters, digits, dots, hyphens or underscores",
    );
    problems.atMostOne(inputs, ["input", "inputPath", "inputTransformer"]);
    const input = text(inputs, "input");
    if (input !== undefined && !isJson(input)) {
        problems.add("input", "must be valid JSON");
    }
    const retry = record(inputs, "retryPolicy") ?? {};
    problems.range(retry, "maximumRetryAttempts", 0, 185, "retryPolicy.");
    problems.range(retry, "maximumEventAgeInSeconds", 60, 86_400, "retryPolicy.");
    problems.matches(
        record(inputs, "deadLetterConfig") ?? {},
        "arn",
        /^arn:aws:sqs:/,
        "must be the ARN of an SQS queue",
        "deadLetterConfig.",
    );
    return problems.found;
}

function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const bus = busNameOf(inputs);
    const rule = text(inputs, "rule") ?? "";
    if (context.store.get(ruleType, context.region, ruleId(bus, rule)) === undefined) {
        throw new AwsError(
            "ResourceNotFoundException",
            `Rule ${rule} does not exist on EventBus ${bus}.`,
        );
    }
    const others = targetsOf(bus, rule, context).filter((other) => isOther(other, current));
    if (others.length >= targetsPerRule) {
        throw new AwsError(
            "LimitExceededException",
            `The requested resource exceeds the maximum number allowed. (${targetsPerRule} targets on rule ${rule})`,
        );
    }
    refuseTarget(inputs, context);
}

/**
 * A target is of the rule's own region, unless it is a bus; to send to a bus of another region or
 * account EventBridge needs a role.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
 */
function refuseTarget(inputs: Props, context: TypeContext): void {
    const target = text(inputs, "arn") ?? "";
    const [, , , region] = target.split(":");
    const bus = busArn.exec(target);
    if (bus === null && region !== "" && region !== context.region) {
        throw new AwsError(
            "ValidationException",
            `Parameter ${target} is not valid. Reason: Provided Arn is not in the rule's region, ${context.region}.`,
        );
    }
    const role = text(inputs, "roleArn");
    const faraway = bus !== null && (bus[1] !== context.region || bus[2] !== context.accountId);
    if (faraway && role === undefined) {
        throw new AwsError("ValidationException", `RoleArn is required for target ${target}.`);
    }
    if (role !== undefined && roleTrust(role, "events.amazonaws.com", context) !== "trusted") {
        throw new AwsError(
            "ValidationException",
            `Provided role '${role}' cannot be assumed by principal 'events.amazonaws.com'.`,
        );
    }
}

function isJson(document: string): boolean {
    try {
        JSON.parse(document);
        return true;
    } catch {
        return false;
    }
}

export const eventTarget: ResourceType = {
    type: targetType,
    service: "events",
    home: "regional",
    actions: {
        create: "PutTargets",
        read: "ListTargetsByRule",
        update: "PutTargets",
        delete: "RemoveTargets",
    },
    inputs: [
        "appsyncTarget",
        "arn",
        "batchTarget",
        "deadLetterConfig",
        "ecsTarget",
        "eventBusName",
        "forceDestroy",
        "httpTarget",
        "input",
        "inputPath",
        "inputTransformer",
        "kinesisTarget",
        "redshiftTarget",
        "retryPolicy",
        "roleArn",
        "rule",
        "runCommandTargets",
        "sagemakerPipelineTarget",
        "sqsTarget",
        "targetId",
    ],
    required: ["arn", "rule"],
    replaceOn: ["eventBusName", "rule", "targetId"],
    autoname: { property: "targetId", maxLength: 64 },
    defaults: { eventBusName: "default", forceDestroy: false },
    computed: [],
    check,
    admit,
    compute: (inputs) => {
        const bus = busNameOf(inputs);
        const id = `${text(inputs, "rule")}-${text(inputs, "targetId")}`;
        return { id: bus === "default" ? id : `${bus}-${id}`, outputs: inputs };
    },
    importIds: ({ outputs }) => [
        `${text(outputs, "rule")}/${text(outputs, "targetId")}`,
        `${busNameOf(outputs)}/${text(outputs, "rule")}/${text(outputs, "targetId")}`,
    ],
};
