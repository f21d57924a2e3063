import type { ResourceType } from "./resourceType";
import { s3Types } from "./s3";

/** Every `aws:*` type the rehearsal cloud knows. An unknown one is refused by name. */
export const resourceTypes: readonly ResourceType[] = [...s3Types];
