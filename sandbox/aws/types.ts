import type { ResourceType } from "./resourceType";

/** Every `aws:*` type the rehearsal cloud knows. An unknown one is refused by name. */
export const resourceTypes: readonly ResourceType[] = [];
