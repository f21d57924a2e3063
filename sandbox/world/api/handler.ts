import type { IncomingHttpHeaders } from "node:http";

import type { Plane } from "../journal";

/**
 * How a service's errors look on the wire: `json` is AWS JSON 1.0 and 1.1, `query` is form in and
 * XML out, `rest-xml` is Route 53's XML, `s3` is S3's own.
 * https://smithy.io/2.0/aws/protocols/index.html
 */
export type ApiProtocol = "json" | "query" | "rest-xml" | "s3";

export interface ApiRequest {
    /** Region of the call: from the credential scope at the operator's endpoint, else the endpoint's own. */
    readonly region: string;
    readonly method: string;
    /** Percent-encoded path without the query, such as `/2013-04-01/healthcheck`. */
    readonly path: string;
    readonly query: URLSearchParams;
    /** Names in lower case. */
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
    /** Who called, as call records name it: `region:eu-west-1`, `operator`. */
    readonly caller: string;
}

export interface ApiResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer | string;
}

/** What a request is, for the call record. */
export interface ApiCall {
    /** API action, such as `PutItem`. */
    readonly action: string;
    readonly plane: Plane;
}

/** One AWS service behind the API endpoints. */
export interface ApiHandler {
    /** Service name in the credential scope, such as `dynamodb` or `route53`. */
    readonly service: string;
    readonly protocol: ApiProtocol;
    /** Region a global service's plane lives in. @default the region of the call */
    readonly home?: string;
    /** @default the action of `x-amz-target` or of the form, else method and path; plane `control` */
    describe?(request: ApiRequest): ApiCall;
    /**
     * Answers the call. An `AwsError` it throws goes out in the shape of `protocol`. A handler that
     * waits for world time uses `clock.delay`: the server holds an `io` open around it.
     */
    handle(request: ApiRequest): Promise<ApiResponse>;
}
