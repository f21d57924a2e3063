import { clusterType } from "./ecs/cluster";
import { serviceType } from "./ecs/service";
import { taskDefinitionType } from "./ecs/taskDefinition";
import type { ResourceType } from "./resourceType";

export const ecsTypes: readonly ResourceType[] = [clusterType, taskDefinitionType, serviceType];
