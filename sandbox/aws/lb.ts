import { listenerType } from "./lb/listener";
import { loadBalancerType } from "./lb/loadBalancer";
import { targetGroupType } from "./lb/targetGroup";
import type { ResourceType } from "./resourceType";

export const lbTypes: readonly ResourceType[] = [loadBalancerType, targetGroupType, listenerType];
