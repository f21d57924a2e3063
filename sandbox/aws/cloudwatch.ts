import {
    logDeliveryDestinationType,
    logDeliverySourceType,
    logDeliveryType,
} from "./cloudwatch/logDelivery";
import { logGroupType } from "./cloudwatch/logGroup";
import { metricAlarmType } from "./cloudwatch/metricAlarm";
import type { ResourceType } from "./resourceType";

/** Alarms, log groups and deliveries of logs; EventBridge, which shares the Pulumi module, has a file of its own. */
export const cloudwatchTypes: readonly ResourceType[] = [
    metricAlarmType,
    logGroupType,
    logDeliverySourceType,
    logDeliveryDestinationType,
    logDeliveryType,
];
