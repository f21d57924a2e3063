import { stream } from "./kinesis/stream";
import type { ResourceType } from "./resourceType";

export const kinesisTypes: readonly ResourceType[] = [stream];
