import type { ResourceType } from "./resourceType";
import { queue } from "./sqs/queue";
import { queuePolicy } from "./sqs/queuePolicy";

export const sqsTypes: readonly ResourceType[] = [queue, queuePolicy];
