import { functionEventInvokeConfig } from "./lambda/eventInvokeConfig";
import { lambdaFunction } from "./lambda/function";
import { permission } from "./lambda/permission";
import type { ResourceType } from "./resourceType";

export const lambdaTypes: readonly ResourceType[] = [
    functionEventInvokeConfig,
    lambdaFunction,
    permission,
];
