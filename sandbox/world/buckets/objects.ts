import { createHash, randomUUID } from "node:crypto";

/**
 * How far the copies of a version are; `REPLICA` is a copy itself.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
 */
export type ReplicationStatus = "PENDING" | "COMPLETED" | "FAILED" | "REPLICA";

/** One version of an object, or the mark that it was deleted. */
export interface ObjectVersion {
    readonly versionId: string;
    /** Undefined for a delete marker. */
    readonly body: Buffer | undefined;
    /** Without quotes. */
    readonly etag: string;
    readonly contentType: string;
    /** `AES256` or `aws:kms`. */
    readonly encryption: string;
    /** Id, ARN or alias of the KMS key; undefined when S3 or AWS holds the key. */
    readonly encryptionKey: string | undefined;
    /** World time, milliseconds since the epoch. A replica keeps that of its source. */
    readonly lastModifiedMs: number;
    /** Undefined for what nothing replicates. */
    readonly replication: ReplicationStatus | undefined;
}

export interface NewObject {
    readonly body: Buffer;
    readonly contentType?: string;
    readonly encryption?: string;
    readonly encryptionKey?: string | undefined;
    /** @default the MD5 of the body */
    readonly etag?: string;
    readonly versionId?: string;
}

/** Version id of an object put while its bucket had no versioning. */
const nullVersion = "null";

/**
 * The objects of one bucket. Versions of a key stand in the order of their creation, wherever they
 * were made: buckets that replicate to one another and have the same versions agree on the newest.
 */
export class BucketObjects {
    /** Newest version last. */
    readonly #versions = new Map<string, ObjectVersion[]>();

    /** @param onWrite is told of every version and marker that is made here, and of no replica */
    constructor(
        private readonly onWrite: (key: string, version: ObjectVersion) => void = () => undefined,
    ) {}

    put(key: string, object: NewObject, versioned: boolean, nowMs: number): ObjectVersion {
        const version: ObjectVersion = {
            versionId: versioned ? object.versionId || newVersionId() : nullVersion,
            body: object.body,
            etag: object.etag ?? createHash("md5").update(object.body).digest("hex"),
            contentType: object.contentType ?? "application/octet-stream",
            encryption: object.encryption ?? "AES256",
            encryptionKey: object.encryptionKey,
            lastModifiedMs: this.#afterNewest(key, nowMs),
            replication: undefined,
        };
        this.#add(key, version, versioned);
        this.onWrite(key, version);
        return version;
    }

    /** Deletes: for good without versioning, behind a marker with it. */
    delete(key: string, versioned: boolean, nowMs: number): ObjectVersion | undefined {
        if (!versioned) {
            this.#versions.delete(key);
            return undefined;
        }
        const marker: ObjectVersion = {
            versionId: newVersionId(),
            body: undefined,
            etag: "",
            contentType: "",
            encryption: "",
            encryptionKey: undefined,
            lastModifiedMs: this.#afterNewest(key, nowMs),
            replication: undefined,
        };
        this.#add(key, marker, versioned);
        this.onWrite(key, marker);
        return marker;
    }

    /** Takes a version of another bucket. One that is here already stays as it is. */
    receive(key: string, version: ObjectVersion): void {
        if (this.get(key, version.versionId) === undefined) {
            this.#add(key, { ...version, replication: "REPLICA" }, true);
        }
    }

    /** Says how far the copies of a version are; nothing when it is gone. */
    mark(key: string, versionId: string, replication: ReplicationStatus): void {
        const versions = this.#versions.get(key);
        const at = versions?.findIndex((version) => version.versionId === versionId) ?? -1;
        const version = versions?.[at];
        if (versions !== undefined && version !== undefined) {
            versions[at] = { ...version, replication };
        }
    }

    /** Deletes one version, or one marker, for good; what was before it is current again. */
    deleteVersion(key: string, versionId: string): ObjectVersion | undefined {
        const version = this.get(key, versionId);
        const kept = this.versions(key).filter((other) => other !== version);
        if (kept.length === 0) {
            this.#versions.delete(key);
        } else {
            this.#versions.set(key, kept);
        }
        return version;
    }

    /** Deletes every version. */
    purge(key: string): void {
        this.#versions.delete(key);
    }

    /** The newest version, which may be a delete marker, or the one asked for. */
    get(key: string, versionId?: string): ObjectVersion | undefined {
        const versions = this.#versions.get(key);
        return versionId === undefined
            ? versions?.at(-1)
            : versions?.find((version) => version.versionId === versionId);
    }

    versions(key: string): readonly ObjectVersion[] {
        return this.#versions.get(key) ?? [];
    }

    /** Keys that have an object, in S3's order (UTF-8 bytes). */
    keys(prefix = ""): readonly string[] {
        return [...this.#versions.keys()]
            .filter((key) => key.startsWith(prefix) && this.get(key)?.body !== undefined)
            .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }

    #add(key: string, version: ObjectVersion, versioned: boolean): void {
        const kept = (this.#versions.get(key) ?? []).filter(
            (other) => versioned || other.versionId !== nullVersion,
        );
        this.#versions.set(key, [...kept, version].sort(byCreation));
    }

    /** Now, but after everything the key has: what is put last is the newest. */
    #afterNewest(key: string, nowMs: number): number {
        const newest = this.#versions.get(key)?.at(-1)?.lastModifiedMs ?? 0;
        return nowMs > newest ? nowMs : newest + 0.001;
    }
}

/** Two versions of one moment, made in two buckets, are in the same order everywhere. */
function byCreation(a: ObjectVersion, b: ObjectVersion): number {
    return a.lastModifiedMs - b.lastModifiedMs || (a.versionId < b.versionId ? -1 : 1);
}

function newVersionId(): string {
    return randomUUID().replaceAll("-", "");
}
