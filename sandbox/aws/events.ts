import { eventBusPolicy, eventPermission } from "./events/busPolicies";
import { eventRule } from "./events/eventRule";
import { eventTarget } from "./events/eventTarget";
import type { ResourceType } from "./resourceType";

export const eventsTypes: readonly ResourceType[] = [
    eventBusPolicy,
    eventPermission,
    eventRule,
    eventTarget,
];
