import { escapeXml, xmlResponse } from "../api/errors";
import type { ApiResponse } from "../api/handler";
import type { BucketObjects } from "./objects";

export const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** Most keys of one page of a listing. */
const maximumKeys = 1000;

/**
 * A page of a bucket's objects.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function listing(
    bucket: string,
    objects: BucketObjects,
    query: URLSearchParams,
): ApiResponse {
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter") ?? "";
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const limit = Math.min(maximumKeys, Number(query.get("max-keys") ?? maximumKeys));
    const all = [
        ...new Set(objects.keys(prefix).map((key) => folded(key, prefix, delimiter))),
    ].filter((entry) => entry > after);
    const page = all.slice(0, limit);
    const contents = page.map((entry) => {
        const version = objects.get(entry);
        return version?.body === undefined
            ? `<CommonPrefixes><Prefix>${escapeXml(entry)}</Prefix></CommonPrefixes>`
            : `<Contents><Key>${escapeXml(entry)}</Key><LastModified>${new Date(version.lastModifiedMs).toISOString()}</LastModified>` +
                  `<ETag>&quot;${version.etag}&quot;</ETag><Size>${version.body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const truncated = page.length < all.length;
    return xmlResponse(
        `<ListBucketResult ${namespace}><Name>${bucket}</Name><Prefix>${escapeXml(prefix)}</Prefix>` +
            `<KeyCount>${page.length}</KeyCount><MaxKeys>${limit}</MaxKeys><IsTruncated>${truncated}</IsTruncated>` +
            (truncated
                ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? "")}</NextContinuationToken>`
                : "") +
            `${contents.join("")}</ListBucketResult>`,
    );
}

/** The key, or the part up to the first delimiter after the prefix. */
function folded(key: string, prefix: string, delimiter: string): string {
    const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? key : key.slice(0, at + delimiter.length);
}
