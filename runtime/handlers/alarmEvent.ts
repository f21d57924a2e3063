import * as z from "zod";

/** EventBridge's envelope, as far as the decider reads it; a tick carries no detail. */
const envelope = z.object({
    time: z.iso.datetime(),
    region: z.string(),
    "detail-type": z.string(),
    detail: z.unknown(),
});

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
const alarmDetail = z.object({
    alarmName: z.string(),
    state: z.object({ value: z.enum(["ALARM", "OK", "INSUFFICIENT_DATA"]) }),
});

export interface ObserverSignal {
    readonly observed: string;
    /** Region of the alarm, which is the region that looks. */
    readonly observer: string;
    readonly inAlarm: boolean;
}

export interface DeciderEvent {
    /** Milliseconds since the epoch. */
    readonly atMs: number;
    /** Absent on a tick, and on alarms that are not an observer's. */
    readonly signal?: ObserverSignal;
}

const observerAlarm = /^meridian-observer-(.+)$/;

/** Reads what EventBridge delivered; throws on an envelope that is none. */
export function readDeciderEvent(event: unknown): DeciderEvent {
    const { time, region, "detail-type": detailType, detail } = envelope.parse(event);
    const atMs = Date.parse(time);
    if (detailType !== "CloudWatch Alarm State Change") {
        return { atMs };
    }
    const { alarmName, state } = alarmDetail.parse(detail);
    const observed = observerAlarm.exec(alarmName)?.[1];
    if (observed === undefined) {
        return { atMs };
    }
    // No data is no observation: silence never counts against a region.
    return { atMs, signal: { observed, observer: region, inAlarm: state.value === "ALARM" } };
}
