import { GetObjectCommand, NoSuchKey, S3Client } from "@aws-sdk/client-s3";

import { awsClient } from "../awsClient";

export interface Picture {
    readonly body: Uint8Array;
    readonly contentType: string;
    /** With its quotes. */
    readonly etag: string | undefined;
}

/** Pictures of the products, out of the region's own bucket: replication brings them there. */
export class Media {
    readonly #client: S3Client;

    constructor(
        readonly bucket: string,
        region: string,
    ) {
        this.#client = new S3Client(
            awsClient(region, { connectMs: 500, answerMs: 1500, attempts: 2 }),
        );
    }

    /** The picture; undefined when the region's bucket has none. */
    async find(sku: string): Promise<Picture | undefined> {
        try {
            const { Body, ContentType, ETag } = await this.#client.send(
                new GetObjectCommand({ Bucket: this.bucket, Key: `products/${sku}.svg` }),
            );
            return Body === undefined
                ? undefined
                : {
                      body: await Body.transformToByteArray(),
                      contentType: ContentType ?? "application/octet-stream",
                      etag: ETag,
                  };
        } catch (error) {
            if (error instanceof NoSuchKey) {
                return undefined;
            }
            throw error;
        }
    }

    close(): void {
        this.#client.destroy();
    }
}
