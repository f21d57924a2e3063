import type http from "node:http";
import type https from "node:https";

import { answerHeaders } from "../loadBalancers/headers";
import type { StubResolver } from "../traffic/stubResolver";
import { judgedParts, type WebAcls } from "../waf/webAcl";
import type { World } from "../world";
import {
    cacheKey,
    isFresh,
    keptQuery,
    lifetime,
    mayStandIn,
    type Answer,
    type EdgeCache,
} from "./cache";
import type { Outcome } from "./figures";
import type { EdgeMeasures } from "./measures";
import {
    addedHeaders,
    cachePolicy,
    hasMoreMetrics,
    type Behavior,
    type Distribution,
} from "./model";
import { askOrigins } from "./origins";

/** What an edge location has at hand for its requests. */
export interface EdgeContext {
    readonly world: World;
    readonly distribution: Distribution;
    /** Short name of the geography, as in call records. */
    readonly location: string;
    readonly address: string;
    readonly tls: boolean;
    readonly cache: EdgeCache;
    readonly agent: https.Agent;
    readonly resolver: StubResolver;
    readonly ca: string;
    readonly measures: EdgeMeasures;
    readonly webAcls: WebAcls;
}

/** How long an error is kept where the distribution does not say, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html. */
const defaultErrorTtl = 10;

/** One viewer's request at an edge location. */
export class EdgeExchange {
    readonly #url: URL;
    readonly #method: string;
    readonly #viewer: string;
    readonly #askedMs: number;

    constructor(
        private readonly context: EdgeContext,
        private readonly request: http.IncomingMessage,
        private readonly response: http.ServerResponse,
    ) {
        this.#url = new URL(request.url ?? "/", "https://edge.invalid");
        this.#method = request.method ?? "GET";
        this.#viewer = request.socket.remoteAddress ?? "";
        this.#askedMs = context.world.clock.now();
    }

    async run(): Promise<void> {
        this.request.resume();
        const behavior = this.#behavior();
        if (this.#blocked()) {
            this.#refuse("blocked", "Request blocked.");
            return;
        }
        if (!this.context.tls && behavior.viewerProtocolPolicy !== "allow-all") {
            if (behavior.viewerProtocolPolicy === "redirect-to-https") {
                this.#redirect();
            } else {
                this.#refuse("refused", "This distribution is not configured to serve plain HTTP.");
            }
            return;
        }
        if (!behavior.allowedMethods.includes(this.#method)) {
            this.#refuse(
                "refused",
                "This distribution is not configured to allow the HTTP request method that was used for this request.",
            );
            return;
        }
        await this.#serve(behavior);
    }

    async #serve(behavior: Behavior): Promise<void> {
        const { world, cache, distribution } = this.context;
        const policy = cachePolicy(world.store, behavior);
        const cached = behavior.cachedMethods.includes(this.#method);
        const key = cacheKey(this.#method, this.#url, this.request.headers, policy);
        const kept = cached ? cache.get(key) : undefined;
        if (kept !== undefined && isFresh(kept, world.clock.now())) {
            this.#answer(behavior, kept.answer, "hit", world.clock.now() - kept.storedMs);
            return;
        }
        const query = keptQuery(
            this.#url,
            policy.parametersInCacheKeyAndForwardedToOrigin.queryStringsConfig,
        );
        const { answer, retried } = await this.#whileWaiting(() =>
            askOrigins(
                world,
                distribution,
                behavior.targetOriginId,
                {
                    method: this.#method,
                    path: this.#url.pathname + query,
                    headers: {
                        "user-agent": "Amazon CloudFront",
                        via: `1.1 ${distribution.domainName} (CloudFront)`,
                        "x-forwarded-for": world.network.publicAddressOf(this.#viewer),
                    },
                },
                this.context,
            ),
        );
        const nowMs = world.clock.now();
        if (answer.status >= 500 && kept !== undefined && mayStandIn(kept, nowMs)) {
            this.#answer(behavior, kept.answer, "stale", nowMs - kept.storedMs);
            return;
        }
        const times = cached ? lifetime(answer, policy, this.#errorTtl(answer)) : undefined;
        if (times !== undefined) {
            cache.put(key, { answer, storedMs: nowMs, ...times });
        }
        this.#answer(behavior, answer, retried ? "retried" : "fetched");
    }

    /** The first path pattern that fits, else the default: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern */
    #behavior(): Behavior {
        const { orderedCacheBehaviors, defaultCacheBehavior } = this.context.distribution;
        return (
            orderedCacheBehaviors.find(({ pathPattern }) =>
                fits(pathPattern, this.#url.pathname),
            ) ?? defaultCacheBehavior
        );
    }

    #blocked(): boolean {
        const { world, webAcls, distribution } = this.context;
        const verdict = webAcls.judge(distribution.webAclId, {
            address: world.network.publicAddressOf(this.#viewer),
            path: this.#url.pathname,
            ...judgedParts(this.request),
        });
        return verdict === "block";
    }

    #errorTtl({ status }: Answer): number {
        return (
            this.context.distribution.customErrorResponses.find(
                ({ errorCode }) => errorCode === status,
            )?.errorCachingMinTtl ?? defaultErrorTtl
        );
    }

    #redirect(): void {
        const { network } = this.context.world;
        const host = (this.request.headers.host ?? "").replace(/:\d+$/, "");
        this.#end(
            "refused",
            301,
            { location: `https://${host}:${network.portFor(443)}${this.request.url ?? "/"}` },
            Buffer.alloc(0),
        );
    }

    #refuse(outcome: Outcome, why: string): void {
        this.#end(
            outcome,
            403,
            { "content-type": "text/html", "x-cache": "Error from cloudfront" },
            Buffer.from(`<html><body><h1>403 ERROR</h1><p>${why}</p></body></html>`),
        );
    }

    #answer(behavior: Behavior, answer: Answer, outcome: Outcome, ageMs?: number): void {
        const raw = Object.entries(answer.headers).flatMap(([name, value]) =>
            [value ?? []].flat().flatMap((each) => [name, each]),
        );
        const headers = answerHeaders(raw);
        // What an origin says of its own connection is no business of the viewer's.
        delete headers["connection"];
        for (const { name, value, override } of addedHeaders(this.context.world.store, behavior)) {
            if (override || headers[name] === undefined) {
                headers[name] = value;
            }
        }
        const source = outcome === "hit" || outcome === "stale" ? "Hit" : "Miss";
        this.#end(
            answer.status < 500 ? outcome : "failed",
            answer.status,
            {
                ...headers,
                "x-cache": `${answer.status >= 400 ? "Error" : source} from cloudfront`,
                ...(ageMs === undefined ? {} : { age: String(Math.floor(ageMs / 1000)) }),
            },
            answer.body,
        );
    }

    #end(outcome: Outcome, status: number, headers: http.OutgoingHttpHeaders, body: Buffer): void {
        const { world, distribution, measures, location } = this.context;
        const nowMs = world.clock.now();
        measures.request({
            distributionId: distribution.id,
            status,
            more: hasMoreMetrics(world.store, distribution.id),
            askedMs: this.#askedMs,
            answeredMs: nowMs,
            outcome,
        });
        world.journal.add({
            atMs: nowMs,
            caller: world.network.placeOf(this.#viewer).name,
            plane: "data",
            service: "cloudfront",
            action: `${this.#method} ${this.#url.pathname} ${status} at ${location}`,
            // Edge locations are in no region.
            region: "global",
            outcome: status >= 500 ? "failed" : status === 403 ? "refused" : "ok",
        });
        this.response.writeHead(status, {
            ...headers,
            "x-amz-cf-pop": `${location.toUpperCase()}50-P1`,
            "content-length": body.length,
        });
        this.response.end(this.#method === "HEAD" ? undefined : body);
    }

    /** Waits for origins: a viewer inside the world holds its clock meanwhile, and so would stop it. */
    #whileWaiting<T>(operation: () => Promise<T>): Promise<T> {
        const { clock, network } = this.context.world;
        return network.holdsClock(this.#viewer) ? clock.handOver(operation) : operation();
    }
}

function fits(pattern: string, path: string): boolean {
    const expression = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^/?${expression.replace(/^\//, "")}$`).test(path);
}
