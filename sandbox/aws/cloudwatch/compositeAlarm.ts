import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, flag, given, items, record, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { alarmName, AlarmRuleError, alarmsIn, elementsIn, parseAlarmRule } from "./alarmRule";
import { actionLists, alarmToken, refuseAction } from "./metricAlarm";

export const compositeToken = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const mostLetters = 10_240;
const mostAlarms = 100;
const mostElements = 500;

/** Services that a composite alarm can act on: a metric alarm's, without what scales or restarts. */
const actingServices = ["lambda", "sns", "ssm", "ssm-incidents"];

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export const compositeAlarmType: ResourceType = {
    type: compositeToken,
    service: "cloudwatch",
    home: "regional",
    actions: {
        create: "PutCompositeAlarm",
        read: "DescribeAlarms",
        update: "PutCompositeAlarm",
        delete: "DeleteAlarms",
    },
    inputs: [
        ...actionLists,
        "actionsEnabled",
        "actionsSuppressor",
        "alarmDescription",
        "alarmName",
        "alarmRule",
        "tags",
    ],
    required: ["alarmName", "alarmRule"],
    replaceOn: ["actionsEnabled", "alarmName"],
    unordered: actionLists,
    defaults: { actionsEnabled: true },
    computed: ["arn"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(inputs, "alarmName", /^.{1,255}$/, "1 to 255 characters");
        checkRule(problems, text(inputs, "alarmRule"));
        const suppressor = record(inputs, "actionsSuppressor");
        for (const property of ["alarm", "extensionPeriod", "waitPeriod"]) {
            if (suppressor !== undefined && !given(suppressor, property)) {
                problems.add(`actionsSuppressor.${property}`, "must be set beside a suppressor");
            }
        }
        for (const property of actionLists) {
            const count = items(inputs, property).length;
            if (count > 5) {
                problems.add(property, `takes at most 5 actions, got ${count}`);
            }
        }
        return problems.found;
    },

    admit(inputs, context) {
        for (const action of actionLists.flatMap((property) => texts(inputs, property))) {
            refuseAction(action, context.region, actingServices);
        }
        const name = text(inputs, "alarmName") ?? "";
        if (context.store.get(alarmToken, context.region, name) !== undefined) {
            throw invalid(`An alarm of another type has the name ${name}`);
        }
        const suppressor = text(record(inputs, "actionsSuppressor"), "alarm");
        const asked = alarmsIn(parseAlarmRule(text(inputs, "alarmRule") ?? ""));
        refuseMissing(
            [...asked, ...(suppressor === undefined ? [] : [alarmName(suppressor)])],
            context,
        );
        refuseCycle(name, asked, context);
    },

    compute(inputs, context) {
        const name = text(inputs, "alarmName") ?? "";
        return {
            id: name,
            outputs: {
                ...inputs,
                id: name,
                actionsEnabled: flag(inputs, "actionsEnabled") ?? true,
                arn: arn("cloudwatch", context, `alarm:${name}`),
            },
        };
    },
};

function invalid(message: string): AwsError {
    return new AwsError("ValidationError", message);
}

function checkRule(problems: Problems, rule: string | undefined): void {
    if (rule === undefined) {
        return;
    }
    if (rule.length > mostLetters) {
        problems.add("alarmRule", `takes at most ${mostLetters} characters, got ${rule.length}`);
    }
    try {
        const parsed = parseAlarmRule(rule);
        const alarms = alarmsIn(parsed).length;
        const elements = elementsIn(parsed);
        if (alarms > mostAlarms) {
            problems.add("alarmRule", `asks at most ${mostAlarms} alarms, got ${alarms}`);
        }
        if (elements > mostElements) {
            problems.add("alarmRule", `has at most ${mostElements} elements, got ${elements}`);
        }
    } catch (error) {
        if (!(error instanceof AlarmRuleError)) {
            throw error;
        }
        problems.add("alarmRule", `is no alarm rule: ${error.message}`);
    }
}

/** An alarm of the same region and account, of either type. */
function refuseMissing(names: readonly string[], context: TypeContext): void {
    const missing = names.filter((name) =>
        [alarmToken, compositeToken].every(
            (token) => context.store.get(token, context.region, name) === undefined,
        ),
    );
    if (missing.length > 0) {
        throw invalid(
            `Could not save the composite alarm as alarms [${missing.join(", ")}] in the alarm rule do not exist`,
        );
    }
}

/** A composite alarm must not depend on itself, over however many others. */
function refuseCycle(name: string, asked: readonly string[], context: TypeContext): void {
    const seen = new Set<string>();
    const visit = (names: readonly string[]): void => {
        for (const one of names) {
            if (one === name) {
                throw invalid(`The composite alarm ${name} must not depend on itself`);
            }
            const inner: Props | undefined = context.store.get(
                compositeToken,
                context.region,
                one,
            )?.outputs;
            if (inner !== undefined && !seen.has(one)) {
                seen.add(one);
                visit(alarmsIn(parseAlarmRule(text(inner, "alarmRule") ?? "")));
            }
        }
    };
    visit(asked);
}
