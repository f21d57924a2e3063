import { AwsError } from "../../aws/awsError";
import { bucketType, defaultEncryption, isVersioned, objectType } from "../../aws/s3/buckets";
import { notImplemented, xmlResponse } from "../api/errors";
import type { ApiCall, ApiResponse } from "../api/handler";
import type { StoredResource } from "../store";
import type { World } from "../world";
import { mayAccess, mayUseKey } from "./access";
import { actionOf } from "./action";
import { listing, namespace } from "./listing";
import type { BucketObjects, ObjectVersion } from "./objects";
import type { S3Request } from "./request";

/**
 * S3's operations on objects, and what a client asks about a bucket on the way to them. Everything
 * else about buckets is configuration.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
export class S3Operations {
    constructor(
        private readonly world: World,
        private readonly objectsOf: (bucket: string) => BucketObjects,
    ) {}

    describe(request: S3Request): ApiCall {
        const action = actionOf(request);
        return { action, plane: action.includes("Object") ? "data" : "control" };
    }

    /** @throws AwsError as S3 would answer */
    run(request: S3Request): ApiResponse {
        const action = actionOf(request);
        if (action === "ListBuckets") {
            return this.#listBuckets(request);
        }
        const bucket = this.#bucket(request);
        switch (action) {
            case "GetObject":
            case "HeadObject":
                return this.#read(request, bucket);
            case "PutObject":
                return this.#put(request, bucket);
            case "DeleteObject":
                return this.#delete(request, bucket);
            case "ListObjectsV2":
                return this.#list(request, bucket);
            case "HeadBucket":
                this.#refuseUnless(request, bucket, "s3:ListBucket");
                return xmlResponse("");
            case "GetBucketLocation":
                this.#refuseUnless(request, bucket, "s3:GetBucketLocation");
                return xmlResponse(
                    `<LocationConstraint ${namespace}>${bucket.region === "us-east-1" ? "" : bucket.region}</LocationConstraint>`,
                );
            case "GetBucketVersioning":
                this.#refuseUnless(request, bucket, "s3:GetBucketVersioning");
                return xmlResponse(
                    `<VersioningConfiguration ${namespace}>${isVersioned(this.world.store, bucket.region, bucket.id) ? "<Status>Enabled</Status>" : ""}</VersioningConfiguration>`,
                );
            default:
                throw notImplemented("s3", action);
        }
    }

    #read(request: S3Request, bucket: StoredResource): ApiResponse {
        const key = request.key ?? "";
        this.#refuseUnless(request, bucket, "s3:GetObject", key);
        const version = this.objectsOf(bucket.id).get(
            key,
            request.query.get("versionId") ?? undefined,
        );
        if (version?.body === undefined) {
            // Whether a key exists is told only to those who may list.
            this.#refuseUnless(request, bucket, "s3:ListBucket");
            throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
        }
        if (version.encryption.startsWith("aws:kms") && anonymous(request)) {
            throw new AwsError(
                "InvalidArgument",
                "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
            );
        }
        this.#refuseUnlessKey(request, bucket, "kms:Decrypt", key, version.encryptionKey);
        const unchanged = request.headers["if-none-match"] === `"${version.etag}"`;
        return {
            status: unchanged ? 304 : 200,
            headers: {
                ...versionHeaders(version),
                "content-type": version.contentType,
                "last-modified": new Date(version.lastModifiedMs).toUTCString(),
                "accept-ranges": "bytes",
            },
            body: unchanged ? "" : version.body,
        };
    }

    #put(request: S3Request, bucket: StoredResource): ApiResponse {
        const key = request.key ?? "";
        this.#refuseUnless(request, bucket, "s3:PutObject", key);
        const { "content-type": contentType } = request.headers;
        const encryption = encryptionOf(this.world, bucket, request);
        this.#refuseUnlessKey(
            request,
            bucket,
            "kms:GenerateDataKey",
            key,
            encryption.encryptionKey,
        );
        const objects = this.objectsOf(bucket.id);
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        if (request.headers["if-none-match"] === "*" && objects.get(key)?.body !== undefined) {
            throw new AwsError(
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
                412,
            );
        }
        const version = objects.put(
            key,
            {
                body: request.body,
                ...(contentType === undefined ? {} : { contentType }),
                ...encryption,
            },
            isVersioned(this.world.store, bucket.region, bucket.id),
            this.world.clock.now(),
        );
        this.#drift(bucket, key, version);
        return { status: 200, headers: versionHeaders(version), body: "" };
    }

    #delete(request: S3Request, bucket: StoredResource): ApiResponse {
        const key = request.key ?? "";
        const versionId = request.query.get("versionId");
        if (versionId !== null) {
            return this.#deleteVersion(request, bucket, key, versionId);
        }
        this.#refuseUnless(request, bucket, "s3:DeleteObject", key);
        const marker = this.objectsOf(bucket.id).delete(
            key,
            isVersioned(this.world.store, bucket.region, bucket.id),
            this.world.clock.now(),
        );
        this.world.store.delete(objectType, bucket.region, `${bucket.id}/${key}`);
        return {
            status: 204,
            headers:
                marker === undefined
                    ? {}
                    : { "x-amz-delete-marker": "true", "x-amz-version-id": marker.versionId },
            body: "",
        };
    }

    /** For good, and in this bucket alone: that is never replicated. */
    #deleteVersion(
        request: S3Request,
        bucket: StoredResource,
        key: string,
        versionId: string,
    ): ApiResponse {
        this.#refuseUnless(request, bucket, "s3:DeleteObjectVersion", key);
        const version = this.objectsOf(bucket.id).deleteVersion(key, versionId);
        return {
            status: 204,
            headers: {
                "x-amz-version-id": versionId,
                ...(version !== undefined && version.body === undefined
                    ? { "x-amz-delete-marker": "true" }
                    : {}),
            },
            body: "",
        };
    }

    /** An object that is a resource of the account changes under it: a refresh finds that. */
    #drift(bucket: StoredResource, key: string, version: ObjectVersion): void {
        const { store } = this.world;
        const resource = store.get(objectType, bucket.region, `${bucket.id}/${key}`);
        if (resource !== undefined) {
            const content = (version.body ?? Buffer.alloc(0)).toString("utf8");
            store.put({
                ...resource,
                inputs: { ...resource.inputs, content },
                outputs: {
                    ...resource.outputs,
                    content,
                    etag: version.etag,
                    versionId: version.versionId === "null" ? "" : version.versionId,
                },
            });
        }
    }

    #list(request: S3Request, bucket: StoredResource): ApiResponse {
        this.#refuseUnless(request, bucket, "s3:ListBucket");
        return listing(bucket.id, this.objectsOf(bucket.id), request.query);
    }

    #listBuckets(request: S3Request): ApiResponse {
        if (anonymous(request)) {
            throw accessDenied();
        }
        const buckets = this.world.store
            .list(bucketType)
            .map((bucket) => `<Bucket><Name>${bucket.id}</Name></Bucket>`);
        return xmlResponse(
            `<ListAllMyBucketsResult ${namespace}><Buckets>${buckets.join("")}</Buckets></ListAllMyBucketsResult>`,
        );
    }

    #bucket(request: S3Request): StoredResource {
        const bucket = this.world.store.find(bucketType, ({ id }) => id === request.bucket);
        if (bucket === undefined) {
            throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
        }
        if (bucket.region !== request.region) {
            throw new AwsError(
                "PermanentRedirect",
                `The bucket you are attempting to access must be addressed using the specified endpoint (it is in ${bucket.region}).`,
                301,
            );
        }
        return bucket;
    }

    /** Whoever comes with a role of their own needs the key, too. */
    #refuseUnlessKey(
        { requester, requester: { roleArn } }: S3Request,
        bucket: StoredResource,
        action: string,
        key: string,
        encryptionKey: string | undefined,
    ): void {
        if (
            encryptionKey !== undefined &&
            !mayUseKey(this.world, bucket, requester, action, key, encryptionKey)
        ) {
            throw new AwsError(
                "AccessDenied",
                `User: ${roleArn} is not authorized to perform: ${action} on resource: ${encryptionKey}`,
                403,
            );
        }
    }

    #refuseUnless(request: S3Request, bucket: StoredResource, action: string, key?: string): void {
        if (!mayAccess(this.world, bucket, request.requester, action, key)) {
            throw accessDenied();
        }
    }
}

function anonymous(request: S3Request): boolean {
    return request.requester.identity === "anonymous";
}

function accessDenied(): AwsError {
    return new AwsError("AccessDenied", "Access Denied", 403);
}

function versionHeaders(version: ObjectVersion): Record<string, string> {
    return {
        etag: `"${version.etag}"`,
        "x-amz-server-side-encryption": version.encryption,
        ...(version.encryptionKey === undefined
            ? {}
            : { "x-amz-server-side-encryption-aws-kms-key-id": version.encryptionKey }),
        ...(version.versionId === "null" ? {} : { "x-amz-version-id": version.versionId }),
        ...(version.replication === undefined
            ? {}
            : { "x-amz-replication-status": version.replication }),
    };
}

/** As the request says, else as the bucket does. */
function encryptionOf(
    world: Pick<World, "store">,
    bucket: StoredResource,
    { headers }: S3Request,
): { readonly encryption: string; readonly encryptionKey: string | undefined } {
    const byDefault = defaultEncryption(world.store, bucket.region, bucket.id);
    const asked = headers["x-amz-server-side-encryption"];
    const key = headers["x-amz-server-side-encryption-aws-kms-key-id"];
    const encryption = typeof asked === "string" ? asked : byDefault.algorithm;
    return {
        encryption,
        encryptionKey: encryption.startsWith("aws:kms")
            ? typeof key === "string"
                ? key
                : byDefault.key
            : undefined,
    };
}
