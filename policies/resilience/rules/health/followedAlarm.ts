import type { ReportViolation, StackValidationPolicy } from "@pulumi/policy";

import { Attachments } from "../../attachments";
import { route53Guide } from "../../frameworks";
import { elements, list, ofType, type Props, read, show, unknown } from "../../support";

const statistics = ["Average", "Minimum", "Maximum", "Sum", "SampleCount"];

/**
 * Route 53 does not ask an alarm for its state: it reads the metric's stream and judges it by the
 * alarm's settings, of which it knows the plain ones. What else an alarm says is left out in silence.
 */
export const followedAlarm: StackValidationPolicy = {
    name: "health-followed-alarm",
    description:
        "An alarm that a Route 53 health check follows must be one that Route 53 can follow.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("health-checks-creating-values"),
    tags: ["health", "route53", "cloudwatch"],
    url: "https://docs.aws.amazon.com/Route53/latest/APIReference/API_AlarmIdentifier.html",
    remediationSteps:
        "Follow an alarm on one metric of standard resolution with Average, Minimum, Maximum, Sum or SampleCount, in which every datapoint counts.",
    validateStack: (args, report) => {
        const checks = ofType(args.resources, "aws:route53/healthCheck:HealthCheck").filter(
            ({ props }) => read(() => props["type"]) === "CLOUDWATCH_METRIC",
        );
        const followers = new Attachments(checks, "cloudwatchAlarmName");
        const identities = ["name", "id"];
        for (const alarm of ofType(args.resources, "aws:cloudwatch/metricAlarm:MetricAlarm")) {
            if (followers.of(alarm, ...identities).length > 0) {
                judgeAlarm(alarm.props as Props, (message) => report(message, alarm.urn));
            }
        }
        for (const alarm of ofType(
            args.resources,
            "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        )) {
            if (followers.of(alarm, "alarmName", ...identities).length > 0) {
                report(
                    "a health check follows this composite alarm, which has no metric to follow; follow a metric alarm",
                    alarm.urn,
                );
            }
        }
    },
};

function judgeAlarm(props: Props, report: ReportViolation): void {
    const period = read(() => props["period"]);
    if (typeof period === "number" && period < 60) {
        report(`period is ${period}; Route 53 follows no high-resolution metric, so set it to 60`);
    }
    const extended = read(() => props["extendedStatistic"]);
    const statistic = read(() => props["statistic"]);
    if (typeof extended === "string" && extended !== "") {
        report(
            `extendedStatistic is ${show(extended)}; Route 53 follows ${statistics.join(", ")}, so set statistic to one of them`,
        );
    } else if (typeof statistic === "string" && !statistics.includes(statistic)) {
        report(`statistic is ${show(statistic)}; it must be one of ${statistics.join(", ")}`);
    }
    const queries = read(() => props["metricQueries"]);
    if (queries !== unknown && elements(() => queries).length > 0) {
        const expression = list(() => queries)
            .map((query) => read(() => query["expression"]))
            .find((each) => each !== undefined);
        report(
            `it computes ${expression === undefined ? "its metric by metricQueries" : show(expression)}; Route 53 follows one metric, so name it in metricName`,
        );
    }
    const datapoints = read(() => props["datapointsToAlarm"]);
    const periods = read(() => props["evaluationPeriods"]);
    if (typeof datapoints === "number" && typeof periods === "number" && datapoints < periods) {
        report(
            `it alarms at ${datapoints} of ${periods} datapoints; Route 53 counts all, so set evaluationPeriods to ${datapoints}`,
        );
    }
}
