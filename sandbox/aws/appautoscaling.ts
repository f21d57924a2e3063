import { policyType } from "./appautoscaling/policy";
import { targetType } from "./appautoscaling/target";
import type { ResourceType } from "./resourceType";

export const appautoscalingTypes: readonly ResourceType[] = [targetType, policyType];
