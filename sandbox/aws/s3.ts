import type { ResourceType } from "./resourceType";
import { bucket } from "./s3/bucket";
import { bucketNotification } from "./s3/bucketNotification";
import { bucketObject } from "./s3/bucketObject";
import { bucketPolicy } from "./s3/bucketPolicy";
import { bucketReplication } from "./s3/bucketReplication";
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
    bucketNotification,
    bucketObject,
    bucketOwnershipControls,
    bucketPolicy,
    bucketPublicAccessBlock,
    bucketReplication,
    bucketServerSideEncryptionConfiguration,
    bucketVersioning,
];
