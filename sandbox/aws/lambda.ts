import { functionEventInvokeConfig } from "./lambda/eventInvokeConfig";
import { eventSourceMapping } from "./lambda/eventSourceMapping";
import { lambdaFunction } from "./lambda/function";
import { permission } from "./lambda/permission";
import type { ResourceType } from "./resourceType";

export const lambdaTypes: readonly ResourceType[] = [
    eventSourceMapping,
    functionEventInvokeConfig,
    lambdaFunction,
    permission,
];
