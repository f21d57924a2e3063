import { plan } from "./backup/plan";
import { selection } from "./backup/selection";
import { vault } from "./backup/vault";
import type { ResourceType } from "./resourceType";

export const backupTypes: readonly ResourceType[] = [plan, selection, vault];
