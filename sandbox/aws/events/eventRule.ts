import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType } from "../resourceType";
import { arn, given, text } from "../support/known";
import { Problems } from "../support/problems";
import { busNameOf, ruleId, ruleType, targetsOf } from "./buses";
import { patternProblem } from "./pattern";

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
export function isScheduleExpression(expression: string): boolean {
    const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
    if (rate !== null) {
        const count = Number(rate[1]);
        return count > 0 && (count === 1) === (rate[3] === "");
    }
    const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
    if (fields?.length !== 6) {
        return false;
    }
    // Day of month and day of week exclude one another.
    return fields[2] === "?" || fields[4] === "?";
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "name",
        /^[.\-\w]{1,64}$/,
        "1 to 64 letters, digits, dots, hyphens or underscores",
    );
    problems.oneOf(inputs, "state", [
        "ENABLED",
        "DISABLED",
        "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
    ]);
    if (given(inputs, "isEnabled") && given(inputs, "state")) {
        problems.add("isEnabled", "conflicts with state: set one of the two");
    }
    if (!given(inputs, "eventPattern") && !given(inputs, "scheduleExpression")) {
        problems.add("eventPattern", "one of eventPattern and scheduleExpression must be set");
    }
    const pattern = text(inputs, "eventPattern");
    const problem = pattern === undefined ? undefined : patternProblem(pattern);
    if (problem !== undefined) {
        problems.add("eventPattern", problem);
    }
    const schedule = text(inputs, "scheduleExpression");
    if (schedule !== undefined && !isScheduleExpression(schedule)) {
        problems.add(
            "scheduleExpression",
            `Parameter ScheduleExpression is not valid. (rate(1 minute), rate(5 minutes) or cron(0 12 * * ? *)), got "${schedule}"`,
        );
    }
    if (schedule !== undefined && busNameOf(inputs) !== "default") {
        problems.add(
            "scheduleExpression",
            "ScheduleExpression is supported only on the default event bus.",
        );
    }
    const description = text(inputs, "description");
    if (description !== undefined && description.length > 512) {
        problems.add("description", `at most 512 characters, got ${description.length}`);
    }
    return problems.found;
}

export const eventRule: ResourceType = {
    type: ruleType,
    service: "events",
    home: "regional",
    actions: {
        create: "PutRule",
        read: "DescribeRule",
        update: "PutRule",
        delete: "DeleteRule",
    },
    inputs: [
        "description",
        "eventBusName",
        "eventPattern",
        "forceDestroy",
        "isEnabled",
        "name",
        "namePrefix",
        "roleArn",
        "scheduleExpression",
        "state",
        "tags",
    ],
    required: [],
    replaceOn: ["eventBusName", "name", "namePrefix"],
    autoname: { property: "name", maxLength: 64 },
    defaults: { eventBusName: "default", forceDestroy: false },
    documents: ["eventPattern"],
    computed: ["arn"],
    check,
    compute: (inputs, context) => {
        const bus = busNameOf(inputs);
        const name = text(inputs, "name") ?? "";
        const enabled = inputs.isEnabled !== false;
        return {
            id: ruleId(bus, name),
            outputs: {
                state: enabled ? "ENABLED" : "DISABLED",
                ...inputs,
                arn: arn("events", context, `rule/${bus === "default" ? "" : `${bus}/`}${name}`),
            },
        };
    },
    refuseDelete: (outputs, context) => {
        // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
        if (targetsOf(busNameOf(outputs), text(outputs, "name") ?? "", context).length > 0) {
            throw new AwsError(
                "ValidationException",
                "Rule can't be deleted since it has targets.",
            );
        }
    },
};
