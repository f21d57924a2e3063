import { callerRole } from "../api/callerRole";
import { credentialScope } from "../api/scope";
import type { ApiRequest } from "../api/handler";
import type { Requester } from "./access";

/** A request to S3, its bucket and key taken out of host and path. */
export interface S3Request {
    readonly region: string;
    readonly method: string;
    /** Undefined for a request about all buckets. */
    readonly bucket: string | undefined;
    /** Undefined for a request about the bucket itself. */
    readonly key: string | undefined;
    readonly query: URLSearchParams;
    readonly headers: ApiRequest["headers"];
    readonly body: Buffer;
    readonly caller: string;
    readonly requester: Requester;
}

/**
 * Reads a request in either style: the bucket in the host (`bucket.s3.eu-west-1.amazonaws.com`), or
 * first in the path.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function s3Request(request: ApiRequest, sourceIp: string): S3Request {
    const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    const virtual =
        /^(.+)\.s3[.-][a-z0-9-]+\.amazonaws\.com$/.exec(host)?.[1] ??
        /^(.+)\.s3\.amazonaws\.com$/.exec(host)?.[1] ??
        /^(.+)\.(?:s3\.)?localhost$/.exec(host)?.[1];
    const parts = request.path.split("/").slice(1).map(decode);
    const [bucket, rest] = virtual === undefined ? [parts[0], parts.slice(1)] : [virtual, parts];
    const key = rest.join("/");
    const roleArn = callerRole(request.headers);
    return {
        region: request.region,
        method: request.method,
        bucket: bucket === "" ? undefined : bucket,
        key: key === "" ? undefined : key,
        query: request.query,
        headers: request.headers,
        body: decodeChunks(request),
        caller: request.caller,
        requester: {
            identity:
                credentialScope(request.headers, request.query) === undefined
                    ? "anonymous"
                    : "account",
            sourceIp,
            ...(roleArn === undefined ? {} : { roleArn }),
        },
    };
}

function decode(part: string): string {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

/**
 * The body of an upload that clients send in signed chunks, without the chunks' frames.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
function decodeChunks({ headers, body }: ApiRequest): Buffer {
    const declared = headers["x-amz-content-sha256"];
    if (typeof declared !== "string" || !declared.startsWith("STREAMING-")) {
        return body;
    }
    const chunks: Buffer[] = [];
    for (let at = 0; ;) {
        const end = body.indexOf("\r\n", at);
        const length = end < 0 ? 0 : Number.parseInt(body.toString("latin1", at, end), 16);
        if (!(length > 0)) {
            return Buffer.concat(chunks);
        }
        chunks.push(body.subarray(end + 2, end + 2 + length));
        at = end + 2 + length + 2;
    }
}
