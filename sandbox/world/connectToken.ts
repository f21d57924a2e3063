import { createHash, createHmac } from "node:crypto";

import { secretAccessKey } from "./credentials";

/** What a token has to be for. */
export interface TokenTarget {
    /** Name that IAM knows the service by. */
    readonly service: "elasticache" | "rds-db";
    /** A replication group's id, or a cluster endpoint with its port. */
    readonly host: string;
    readonly region: string;
    /** Parameter that names the user. */
    readonly userParameter: "User" | "DBUser";
    readonly user: string;
    /** World milliseconds. */
    readonly nowMs: number;
}

/**
 * Longest life of a token, the same for both services.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html#auth-iam-limits
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
 */
const mostSeconds = 900;
/** How far a signer's clock may be ahead, as AWS allows of any signed request. */
const skewMs = 300_000;

/**
 * Why an IAM authentication token opens nothing; undefined when it does. It is a presigned request
 * without its scheme.
 */
export function tokenProblem(token: string, target: TokenTarget): string | undefined {
    const url = parse(token);
    if (url === undefined) {
        return "it is no presigned request";
    }
    const { host, pathname, searchParams: query } = url;
    const [, date, region, service, terminator] = (query.get("X-Amz-Credential") ?? "").split("/");
    const signedAtMs = timeOf(query.get("X-Amz-Date") ?? "");
    const seconds = Number(query.get("X-Amz-Expires"));
    if (host !== target.host || pathname !== "/") {
        return `it is for ${host}, not ${target.host}`;
    }
    if (query.get("Action") !== "connect" || query.get(target.userParameter) !== target.user) {
        return `it is not for user ${target.user} to connect`;
    }
    if (
        date === undefined ||
        region !== target.region ||
        service !== target.service ||
        terminator !== "aws4_request"
    ) {
        return `it is not signed for ${target.service} in ${target.region}`;
    }
    if (signedAtMs === undefined || query.get("X-Amz-Signature") !== signatureOf(url)) {
        return "its signature does not match";
    }
    if (!(seconds > 0 && seconds <= mostSeconds)) {
        return `it may live for at most ${mostSeconds} s, got ${query.get("X-Amz-Expires")}`;
    }
    return target.nowMs < signedAtMs - skewMs || target.nowMs > signedAtMs + seconds * 1000
        ? "it has expired"
        : undefined;
}

/** The role that signed a token: its session token names it, where AWS has an opaque one. */
export function signerOf(token: string): string | undefined {
    return parse(token)?.searchParams.get("X-Amz-Security-Token") ?? undefined;
}

/** Tokens that are no address, such as `secret`, have nothing to say. */
function parse(token: string): URL | undefined {
    return URL.canParse(`http://${token}`) ? new URL(`http://${token}`) : undefined;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signatureOf({ host, pathname, searchParams }: URL): string {
    const query = [...searchParams]
        .filter(([name]) => name !== "X-Amz-Signature")
        .map(([name, value]) => `${escape(name)}=${escape(value)}`)
        .sort()
        .join("&");
    const request = ["GET", pathname, query, `host:${host}`, "", "host", hash("")].join("\n");
    const scope = (searchParams.get("X-Amz-Credential") ?? "").split("/").slice(1);
    const text = [
        searchParams.get("X-Amz-Algorithm") ?? "",
        searchParams.get("X-Amz-Date") ?? "",
        scope.join("/"),
        hash(request),
    ].join("\n");
    const key = scope.reduce<string | Buffer>(
        (secret, part) => hmac(secret, part).digest(),
        `AWS4${secretAccessKey}`,
    );
    return hmac(key, text).digest("hex");
}

function hmac(key: string | Buffer, text: string) {
    return createHmac("sha256", key).update(text);
}

function hash(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}

/** As RFC 3986 has it: `encodeURIComponent` leaves five more characters alone. */
function escape(text: string): string {
    return encodeURIComponent(text).replace(
        /[!'()*]/g,
        (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

/** World milliseconds of a time such as `20260131T120000Z`. */
function timeOf(text: string): number | undefined {
    const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
    if (match === null) {
        return undefined;
    }
    const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
