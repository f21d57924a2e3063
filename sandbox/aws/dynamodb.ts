import { contributorInsights } from "./dynamodb/contributorInsights";
import { table } from "./dynamodb/table";
import { tableReplica } from "./dynamodb/tableReplica";
import type { ResourceType } from "./resourceType";

export const dynamodbTypes: readonly ResourceType[] = [contributorInsights, table, tableReplica];
