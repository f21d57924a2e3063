import { compositeAlarmType } from "./cloudwatch/compositeAlarm";
import { dashboardType } from "./cloudwatch/dashboard";
import { logGroupType } from "./cloudwatch/logGroup";
import { metricAlarmType } from "./cloudwatch/metricAlarm";
import type { ResourceType } from "./resourceType";

/** Alarms, dashboards and log groups; EventBridge, which shares the Pulumi module, has a file of its own. */
export const cloudwatchTypes: readonly ResourceType[] = [
    compositeAlarmType,
    dashboardType,
    metricAlarmType,
    logGroupType,
];
