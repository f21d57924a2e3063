import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, flag, given, items, number, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { checkEvaluation, checkMetric, checkPeriod } from "./alarmMetric";
import { checkQueries } from "./alarmQueries";

export const alarmToken = "aws:cloudwatch/metricAlarm:MetricAlarm";

export const actionLists = ["alarmActions", "insufficientDataActions", "okActions"] as const;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export const metricAlarmType: ResourceType = {
    type: alarmToken,
    service: "cloudwatch",
    home: "regional",
    actions: {
        create: "PutMetricAlarm",
        read: "DescribeAlarms",
        update: "PutMetricAlarm",
        delete: "DeleteAlarms",
    },
    inputs: [
        ...actionLists,
        "actionsEnabled",
        "alarmDescription",
        "comparisonOperator",
        "datapointsToAlarm",
        "dimensions",
        "evaluateLowSampleCountPercentiles",
        "evaluationCriteria",
        "evaluationInterval",
        "evaluationPeriods",
        "extendedStatistic",
        "metricName",
        "metricQueries",
        "name",
        "namespace",
        "period",
        "statistic",
        "tags",
        "threshold",
        "thresholdMetricId",
        "treatMissingData",
        "unit",
        "warmUpConfiguration",
    ],
    required: [],
    replaceOn: ["name"],
    unordered: actionLists,
    autoname: { property: "name", maxLength: 255 },
    defaults: { actionsEnabled: true, treatMissingData: "missing" },
    computed: ["arn", "evaluateLowSampleCountPercentiles"],

    check(inputs) {
        const problems = new Problems();
        problems.oneOf(inputs, "treatMissingData", [
            "breaching",
            "ignore",
            "missing",
            "notBreaching",
        ]);
        checkEvaluation(problems, inputs);
        checkPeriod(problems, inputs, "");
        if (given(inputs, "metricQueries")) {
            checkQueries(problems, inputs);
        } else if (!given(inputs, "evaluationCriteria")) {
            checkMetric(problems, inputs);
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
            refuseAction(action, context.region);
        }
    },

    compute(inputs, context) {
        const name = text(inputs, "name") ?? "";
        return {
            id: name,
            outputs: {
                ...inputs,
                id: name,
                actionsEnabled: flag(inputs, "actionsEnabled") ?? true,
                arn: arn("cloudwatch", context, `alarm:${name}`),
                evaluateLowSampleCountPercentiles:
                    text(inputs, "evaluateLowSampleCountPercentiles") ?? "",
                threshold: number(inputs, "threshold") ?? 0,
            },
        };
    },
};

/** Services that an alarm can act on besides SNS: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html */
const actingServices = ["automate", "autoscaling", "lambda", "sns", "ssm", "ssm-incidents", "swf"];

/** @throws AwsError ValidationError for an action that is none, or one of another region */
export function refuseAction(
    action: string,
    region: string,
    services: readonly string[] = actingServices,
): void {
    const [, , service = "", actionRegion = ""] = action.split(":");
    if (!/^arn:aws[\w-]*:[\w-]+:/.test(action) || !services.includes(service)) {
        throw new AwsError("ValidationError", `Invalid arn syntax: ${action}`);
    }
    // SSM Incident Manager's response plans are the one kind without a region.
    if (actionRegion !== region && service !== "ssm-incidents") {
        throw new AwsError(
            "ValidationError",
            `Invalid region ${actionRegion} specified. Only ${region} is supported.`,
        );
    }
}
