import type { IncomingHttpHeaders } from "node:http";

import type { CachePolicy, Selection } from "./model";

/** A whole answer of an origin. */
export interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
}

export interface Kept {
    readonly answer: Answer;
    /** World milliseconds. */
    readonly storedMs: number;
    readonly freshMs: number;
    /** How long after that it may stand in for an origin that fails. */
    readonly staleIfErrorMs: number;
}

/** Statuses kept for as long as error caching says, whatever the origin does not forbid: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html */
const keptErrors = [404, 405, 414, 500, 501, 502, 503, 504];
/** Most answers one edge keeps; the oldest goes. */
const mostKept = 10_000;

/** What one edge location keeps, by cache key, in world time. */
export class EdgeCache {
    readonly #kept = new Map<string, Kept>();

    get(key: string): Kept | undefined {
        return this.#kept.get(key);
    }

    put(key: string, kept: Kept): void {
        this.#kept.delete(key);
        this.#kept.set(key, kept);
        const [oldest] = this.#kept.keys();
        if (this.#kept.size > mostKept && oldest !== undefined) {
            this.#kept.delete(oldest);
        }
    }
}

export function isFresh({ storedMs, freshMs }: Kept, nowMs: number): boolean {
    return nowMs < storedMs + freshMs;
}

export function mayStandIn({ storedMs, freshMs, staleIfErrorMs }: Kept, nowMs: number): boolean {
    return nowMs < storedMs + freshMs + staleIfErrorMs;
}

/**
 * How long an answer is kept, or undefined for not at all.
 *
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
 */
export function lifetime(
    answer: Answer,
    policy: CachePolicy,
    errorCachingMinTtl: number,
): { readonly freshMs: number; readonly staleIfErrorMs: number } | undefined {
    const directives = directivesOf(answer.headers["cache-control"]);
    if (answer.status >= 400) {
        return keptErrors.includes(answer.status) && errorCachingMinTtl > 0
            ? { freshMs: errorCachingMinTtl * 1000, staleIfErrorMs: 0 }
            : undefined;
    }
    const { minTtl, defaultTtl, maxTtl } = policy;
    const forbids = ["no-store", "no-cache", "private"].some((name) => directives.has(name));
    const asked = directives.get("s-maxage") ?? directives.get("max-age");
    const seconds = forbids
        ? minTtl
        : asked === undefined
          ? Math.max(minTtl, defaultTtl)
          : Math.min(Math.max(asked, minTtl), maxTtl);
    return seconds === 0
        ? undefined
        : {
              freshMs: seconds * 1000,
              staleIfErrorMs: 1000 * (directives.get("stale-if-error") ?? 0),
          };
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html */
export function cacheKey(
    method: string,
    url: URL,
    headers: IncomingHttpHeaders,
    policy: CachePolicy,
): string {
    const { cookiesConfig, headersConfig, queryStringsConfig } =
        policy.parametersInCacheKeyAndForwardedToOrigin;
    const cookies = String(headers.cookie ?? "")
        .split(/;\s*/)
        .filter((cookie) => picks(cookiesConfig, cookie.split("=")[0] ?? ""));
    return JSON.stringify([
        method,
        url.pathname,
        keptQuery(url, queryStringsConfig),
        headersConfig.names.map((name) => headers[name.toLowerCase()] ?? null),
        cookies,
    ]);
}

/** The query as the cache key and the origin have it. */
export function keptQuery(url: URL, selection: Selection): string {
    const kept = [...url.searchParams].filter(([name]) => picks(selection, name));
    return kept.length === 0 ? "" : `?${new URLSearchParams(kept).toString()}`;
}

function picks({ behavior, names }: Selection, name: string): boolean {
    switch (behavior) {
        case "all":
            return true;
        case "whitelist":
            return names.includes(name);
        case "allExcept":
            return !names.includes(name);
        default:
            return false;
    }
}

/** Directive to its seconds; NaN for one without. */
function directivesOf(header: string | undefined): ReadonlyMap<string, number> {
    return new Map(
        (header ?? "").split(",").map((directive) => {
            const [name = "", value] = directive.trim().toLowerCase().split("=");
            return [name, Number(value)] as const;
        }),
    );
}
