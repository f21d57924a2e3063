import type { ResourceType } from "./resourceType";
import { healthCheck } from "./route53/healthCheck";
import { record } from "./route53/record";

export const route53Types: readonly ResourceType[] = [healthCheck, record];
