import type http from "node:http";

/** Headers of one connection, not of the request or answer it carries (RFC 9110, 7.6.1). */
const hopByHop = new Set([
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
]);

/** What a load balancer may route: names of letters, digits and hyphens. */
const validName = /^[A-Za-z0-9-]+$/;

export interface ForwardingOptions {
    /** `drop_invalid_header_fields`: leave out names with other characters. */
    readonly dropInvalid: boolean;
    /** Address the client has for AWS. */
    readonly clientAddress: string;
    readonly protocol: "http" | "https";
    /** Port the client asked for, as on AWS. */
    readonly port: number;
    readonly traceId: string;
}

/**
 * Request headers as a target gets them
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html).
 */
export function forwardedHeaders(
    rawHeaders: readonly string[],
    options: ForwardingOptions,
): http.OutgoingHttpHeaders {
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of pairs(rawHeaders)) {
        const key = name.toLowerCase();
        if (!hopByHop.has(key) && (!options.dropInvalid || validName.test(name))) {
            append(headers, key, value);
        }
    }
    const before = headers["x-forwarded-for"];
    return {
        ...headers,
        "x-forwarded-for": [before ?? [], options.clientAddress].flat().join(", "),
        "x-forwarded-proto": options.protocol,
        "x-forwarded-port": String(options.port),
        "x-amzn-trace-id": headers["x-amzn-trace-id"] ?? `Root=${options.traceId}`,
    };
}

/**
 * Answer headers as the client gets them. `connection: close` of the target goes on to the client:
 * that is how a target that drains gets its clients to ask DNS again.
 */
export function answerHeaders(rawHeaders: readonly string[]): Record<string, string | string[]> {
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of pairs(rawHeaders)) {
        const key = name.toLowerCase();
        if (key === "connection" && value.toLowerCase() === "close") {
            headers["connection"] = "close";
        } else if (!hopByHop.has(key)) {
            append(headers, key, value);
        }
    }
    return headers;
}

function* pairs(rawHeaders: readonly string[]): Generator<readonly [string, string]> {
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
        yield [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    }
}

function append(headers: Record<string, string | string[]>, key: string, value: string): void {
    const before = headers[key];
    headers[key] = before === undefined ? value : [before, value].flat();
}
