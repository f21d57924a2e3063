import type { PolicyResource } from "@pulumi/policy";

import { Attachments } from "./attachments";
import { ofType, read } from "./support";

/** Types that put an object into a bucket. */
export const objectTypes: readonly string[] = [
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/objectCopy:ObjectCopy",
];

export interface Bucket {
    readonly resource: PolicyResource;
    /** May be unknown. */
    readonly name: unknown;
    /** What of these types is the bucket's; of the older names of a type, too. */
    readonly parts: readonly PolicyResource[];
}

/** Every bucket of the stack with its parts of a type, such as `BucketVersioning`. */
export function bucketsWith(
    resources: readonly PolicyResource[],
    ...parts: readonly string[]
): readonly Bucket[] {
    const types = parts.flatMap((part) =>
        [part, `${part}V2`].map(
            (name) => `aws:s3/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`,
        ),
    );
    const attachments = new Attachments(ofType(resources, ...types), "bucket");
    return ofType(resources, "aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2").map(
        (resource) => ({
            resource,
            name: read(() => resource.props["bucket"]),
            parts: attachments.of(resource, "bucket", "id"),
        }),
    );
}
