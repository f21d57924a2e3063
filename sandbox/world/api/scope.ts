import type { IncomingHttpHeaders } from "node:http";

/** Who a signed request is for. */
export interface CredentialScope {
    readonly region: string;
    /** Signing name, such as `dynamodb`. */
    readonly service: string;
}

/**
 * The credential scope of a Signature Version 4 request, from its `Authorization` header or, when
 * presigned, its query. The signature itself is not verified: the world's credentials are made up.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function credentialScope(
    headers: IncomingHttpHeaders,
    query: URLSearchParams,
): CredentialScope | undefined {
    const credential =
        /^AWS4-HMAC-SHA256\s.*?Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1] ??
        query.get("X-Amz-Credential") ??
        "";
    const parts = credential.split("/");
    const [region, service, terminator] = parts.slice(-3);
    return parts.length >= 5 && terminator === "aws4_request" && region && service
        ? { region, service }
        : undefined;
}
