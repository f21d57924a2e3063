import { randomUUID } from "node:crypto";

import { AwsError } from "../../aws/awsError";
import type { ApiProtocol, ApiResponse } from "./handler";

/** Text as XML character data or attribute value. */
export function escapeXml(text: string): string {
    return text
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;");
}

/** An answer of an AWS JSON service. */
export function jsonResponse(body: unknown, status = 200): ApiResponse {
    return {
        status,
        headers: { "content-type": "application/x-amz-json-1.0" },
        body: JSON.stringify(body),
    };
}

/** An XML answer; the request id is made here. */
export function xmlResponse(body: string, status = 200): ApiResponse {
    return {
        status,
        headers: { "content-type": "text/xml" },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
    };
}

/** The error in the shape the service's clients parse. */
export function errorResponse(error: AwsError, protocol: ApiProtocol): ApiResponse {
    if (protocol === "json") {
        const response = jsonResponse({ __type: error.code, message: error.message }, error.status);
        return {
            ...response,
            headers: { ...response.headers, "x-amzn-errortype": error.code },
        };
    }
    const fields = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
    const requestId = `<RequestId>${randomUUID()}</RequestId>`;
    if (protocol === "s3") {
        return xmlResponse(`<Error>${fields}${requestId}</Error>`, error.status);
    }
    const type = error.status < 500 ? "Sender" : "Receiver";
    return xmlResponse(
        `<ErrorResponse><Error><Type>${type}</Type>${fields}</Error>${requestId}</ErrorResponse>`,
        error.status,
    );
}

/** What the world does not have, said so that the caller knows it is the world's limit. */
export function notImplemented(service: string, action: string): AwsError {
    return new AwsError(
        "NotImplemented",
        `the rehearsal cloud has no ${service} action ${action}; add it to sandbox/world/api`,
        501,
    );
}
