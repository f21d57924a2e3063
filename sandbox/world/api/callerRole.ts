import type { ApiRequest } from "./handler";

/** The role a task or a function signs with: its credentials carry it where AWS has an opaque token. */
export function callerRole(headers: ApiRequest["headers"]): string | undefined {
    const token = headers["x-amz-security-token"];
    return typeof token === "string" && token.startsWith("arn:aws:iam::") ? token : undefined;
}
