import { alias } from "./kms/alias";
import { key } from "./kms/key";
import type { ResourceType } from "./resourceType";

export const kmsTypes: readonly ResourceType[] = [alias, key];
