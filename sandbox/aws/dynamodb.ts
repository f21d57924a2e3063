import { table } from "./dynamodb/table";
import type { ResourceType } from "./resourceType";

export const dynamodbTypes: readonly ResourceType[] = [table];
