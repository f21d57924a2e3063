import type { ResourceType } from "./resourceType";
import { bucket } from "./s3/bucket";
import { bucketObject } from "./s3/bucketObject";
import { bucketPolicy } from "./s3/bucketPolicy";
import {
    bucketLifecycleConfiguration,
    bucketOwnershipControls,
    bucketPublicAccessBlock,
    bucketServerSideEncryptionConfiguration,
    bucketVersioning,
} from "./s3/bucketSettings";

export const s3Types: readonly ResourceType[] = [
    bucket,
    bucketLifecycleConfiguration,
    bucketObject,
    bucketOwnershipControls,
    bucketPolicy,
    bucketPublicAccessBlock,
    bucketServerSideEncryptionConfiguration,
    bucketVersioning,
];
