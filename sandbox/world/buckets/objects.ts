import { createHash, randomUUID } from "node:crypto";

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
    /** World time, milliseconds since the epoch. */
    readonly lastModifiedMs: number;
}

export interface NewObject {
    readonly body: Buffer;
    readonly contentType?: string;
    readonly encryption?: string;
    /** @default the MD5 of the body */
    readonly etag?: string;
    readonly versionId?: string;
}

/** Version id of an object put while its bucket had no versioning. */
const nullVersion = "null";

/** The objects of one bucket. */
export class BucketObjects {
    /** Newest version last. */
    readonly #versions = new Map<string, ObjectVersion[]>();

    put(key: string, object: NewObject, versioned: boolean, nowMs: number): ObjectVersion {
        const version: ObjectVersion = {
            versionId: versioned ? object.versionId || newVersionId() : nullVersion,
            body: object.body,
            etag: object.etag ?? createHash("md5").update(object.body).digest("hex"),
            contentType: object.contentType ?? "application/octet-stream",
            encryption: object.encryption ?? "AES256",
            lastModifiedMs: nowMs,
        };
        this.#add(key, version, versioned);
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
            lastModifiedMs: nowMs,
        };
        this.#add(key, marker, versioned);
        return marker;
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
        this.#versions.set(key, [...kept, version]);
    }
}

function newVersionId(): string {
    return randomUUID().replaceAll("-", "");
}
