/** What a token has to be for. */
export interface TokenTarget {
    readonly groupId: string;
    readonly region: string;
    readonly user: string;
    /** World milliseconds. */
    readonly nowMs: number;
}

/** Longest life of a token: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html#auth-iam-limits */
const mostSeconds = 900;
/** How far a signer's clock may be ahead, as AWS allows of any signed request. */
const skewMs = 300_000;

/**
 * Why an IAM authentication token opens nothing; undefined when it does. It is a presigned request
 * without its scheme, to the cache as a host. The signature itself is not verified: the world's
 * credentials are made up.
 */
export function tokenProblem(token: string, target: TokenTarget): string | undefined {
    if (!URL.canParse(`http://${token}`)) {
        return "it is no presigned request";
    }
    const { host, pathname, searchParams: query } = new URL(`http://${token}`);
    const [, date, region, service, terminator] = (query.get("X-Amz-Credential") ?? "").split("/");
    const signedAtMs = timeOf(query.get("X-Amz-Date") ?? "");
    const seconds = Number(query.get("X-Amz-Expires"));
    if (host !== target.groupId || pathname !== "/") {
        return `it is for cache ${host}, not ${target.groupId}`;
    }
    if (query.get("Action") !== "connect" || query.get("User") !== target.user) {
        return `it is not for user ${target.user} to connect`;
    }
    if (
        date === undefined ||
        region !== target.region ||
        service !== "elasticache" ||
        terminator !== "aws4_request"
    ) {
        return `it is not signed for elasticache in ${target.region}`;
    }
    if (!query.has("X-Amz-Signature") || signedAtMs === undefined) {
        return "it is not signed";
    }
    if (!(seconds > 0 && seconds <= mostSeconds)) {
        return `it may live for at most ${mostSeconds} s, got ${query.get("X-Amz-Expires")}`;
    }
    return target.nowMs < signedAtMs - skewMs || target.nowMs > signedAtMs + seconds * 1000
        ? "it has expired"
        : undefined;
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
