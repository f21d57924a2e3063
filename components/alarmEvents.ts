/** What names the alarms of an observer; the decider reads the observed region from the rest. */
export const observerAlarmPrefix = "meridian-observer-";

/**
 * EventBridge pattern for the state changes of observers' alarms.
 *
 * @param region only alarms of this region; those of every region, forwarded ones too, when it is absent.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export function observerAlarmEvents(accountId: string, region?: string): object {
    return {
        source: ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        account: [accountId],
        ...(region === undefined ? {} : { region: [region] }),
        detail: { alarmName: [{ prefix: observerAlarmPrefix }] },
    };
}
