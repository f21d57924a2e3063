import type { S3Request } from "./request";

/** The API action a request is; method and parameters for what S3 has and the world does not. */
export function actionOf({ method, bucket, key, query }: S3Request): string {
    if (bucket === undefined) {
        return method === "GET" ? "ListBuckets" : `${method} /`;
    }
    if (key === undefined) {
        if (method === "HEAD") {
            return "HeadBucket";
        }
        const about = ["location", "versioning"].find((name) => query.has(name));
        if (method === "GET" && about !== undefined) {
            return about === "location" ? "GetBucketLocation" : "GetBucketVersioning";
        }
        const settings = [...query.keys()].filter((name) => !listingParameters.includes(name));
        return method === "GET" && settings.length === 0
            ? "ListObjectsV2"
            : `${method} bucket ${settings.join(",")}`.trim();
    }
    const objectActions: Readonly<Record<string, string>> = {
        GET: "GetObject",
        HEAD: "HeadObject",
        PUT: "PutObject",
        DELETE: "DeleteObject",
    };
    const settings = [...query.keys()].filter((name) =>
        ["acl", "tagging", "uploads", "uploadId", "retention", "legal-hold"].includes(name),
    );
    return settings.length === 0
        ? (objectActions[method] ?? `${method} object`)
        : `${method} object ${settings.join(",")}`;
}

const listingParameters = [
    "list-type",
    "prefix",
    "delimiter",
    "max-keys",
    "continuation-token",
    "start-after",
    "encoding-type",
    "fetch-owner",
    "x-id",
];
