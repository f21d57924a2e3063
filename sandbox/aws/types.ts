import { kmsTypes } from "./kms";
import type { ResourceType } from "./resourceType";
import { route53Types } from "./route53";
import { s3Types } from "./s3";
import { snsTypes } from "./sns";
import { sqsTypes } from "./sqs";

/** Every `aws:*` type the rehearsal cloud knows. An unknown one is refused by name. */
export const resourceTypes: readonly ResourceType[] = [
    ...kmsTypes,
    ...route53Types,
    ...s3Types,
    ...snsTypes,
    ...sqsTypes,
];
