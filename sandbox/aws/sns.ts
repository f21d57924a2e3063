import type { ResourceType } from "./resourceType";
import { topic } from "./sns/topic";
import { topicPolicy } from "./sns/topicPolicy";
import { topicSubscription } from "./sns/topicSubscription";

export const snsTypes: readonly ResourceType[] = [topic, topicPolicy, topicSubscription];
