import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { TypeContext } from "../resourceType";
import { given, items, number, text } from "../support/known";

/**
 * Refuses an alarm that a health check cannot follow: Route 53 evaluates the metric itself, and only
 * in the plain way.
 *
 * @throws AwsError InvalidInput
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-cloudwatch
 */
export function refuseAlarm(inputs: Props, { store }: Pick<TypeContext, "store">): void {
    const name = text(inputs, "cloudwatchAlarmName");
    const region = text(inputs, "cloudwatchAlarmRegion");
    if (name === undefined || region === undefined) {
        return;
    }
    const alarm = store.get("aws:cloudwatch/metricAlarm:MetricAlarm", region, name)?.outputs;
    const refuse = (reason: string): never => {
        throw new AwsError(
            "InvalidInput",
            `Invalid parameter : CloudWatch alarm ${name} ${reason}`,
        );
    };
    if (alarm === undefined) {
        return refuse(`does not exist in ${region}`);
    }
    if (items(alarm, "metricQueries").length > 0) {
        refuse("uses metric math, which health checks do not support");
    }
    if (given(alarm, "extendedStatistic")) {
        refuse("uses an extended statistic, which health checks do not support");
    }
    if ((number(alarm, "period") ?? 60) < 60) {
        refuse("uses a high-resolution metric, which health checks do not support");
    }
    const periods = number(alarm, "evaluationPeriods");
    if ((number(alarm, "datapointsToAlarm") ?? periods) !== periods) {
        refuse("needs M out of N data points, which health checks do not support");
    }
}
