import type https from "node:https";

import { NetworkError } from "../network";
import { StubResolver } from "../traffic/stubResolver";
import type { World } from "../world";
import type { Answer } from "./cache";
import type { Distribution, Origin } from "./model";

/** What became of a request at an origin; 502 and 504 stand for an origin that gave no answer. */
export interface OriginResult {
    readonly answer: Answer;
    readonly originId: string;
    /** Whether an origin before this one failed. */
    readonly retried: boolean;
}

/** A request as an origin gets it. */
export interface OriginRequest {
    readonly method: string;
    /** Path and query. */
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
}

export interface OriginsOptions {
    /** The edge location's own address: origins are looked up, and called, from it. */
    readonly address: string;
    readonly agent: https.Agent;
    readonly resolver: StubResolver;
    readonly ca: string;
}

/** Failover repeats a request, so only for methods that may be repeated. */
const repeatable = ["GET", "HEAD", "OPTIONS"];

/**
 * Sends one request to an origin, or to the members of an origin group in turn: always the primary
 * first, however often it failed before.
 *
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
 */
export async function askOrigins(
    world: World,
    distribution: Distribution,
    targetId: string,
    request: OriginRequest,
    options: OriginsOptions,
): Promise<OriginResult> {
    const group = distribution.originGroups.find(({ originId }) => originId === targetId);
    const ids = group?.members.map(({ originId }) => originId) ?? [targetId];
    const origins = ids.flatMap((id) => distribution.origins.filter((o) => o.originId === id));
    let result: OriginResult = {
        answer: failure(502),
        originId: targetId,
        retried: false,
    };
    for (const [index, origin] of origins.entries()) {
        const { answer, reached } = await ask(world, origin, request, options);
        result = { answer, originId: origin.originId, retried: index > 0 };
        const failed =
            !reached || group?.failoverCriteria.statusCodes.includes(answer.status) === true;
        if (!failed || group === undefined || !repeatable.includes(request.method)) {
            break;
        }
    }
    return result;
}

async function ask(
    world: World,
    origin: Origin,
    request: OriginRequest,
    options: OriginsOptions,
): Promise<{ readonly answer: Answer; readonly reached: boolean }> {
    let status = 502;
    for (let attempt = 0; attempt < origin.connectionAttempts; attempt++) {
        try {
            return { answer: await send(world, origin, request, options), reached: true };
        } catch (error) {
            if (!(error instanceof NetworkError)) {
                // The name has no address: another attempt would ask the same.
                return { answer: failure(502), reached: false };
            }
            status = error.code === "timeout" ? 504 : 502;
            const connects = error.code === "refused" || error.code === "timeout" || error.reused;
            if (!connects) {
                break;
            }
        }
    }
    return { answer: failure(status), reached: false };
}

async function send(
    world: World,
    origin: Origin,
    { method, path, headers }: OriginRequest,
    { address, agent, resolver, ca }: OriginsOptions,
): Promise<Answer> {
    const { customOriginConfig: config, connectionTimeout, domainName } = origin;
    const [to = ""] = await resolver.resolve(domainName);
    const tls = config.originProtocolPolicy !== "http-only";
    const connectMs = connectionTimeout * 1000;
    const readMs = config.originReadTimeout * 1000;
    const {
        status,
        headers: answered,
        body,
    } = await world.network.request({
        from: address,
        to,
        port: tls ? config.httpsPort : config.httpPort,
        tls,
        // CloudFront names the origin, not itself, unless a policy forwards the viewer's Host.
        host: domainName,
        method,
        path: origin.originPath + path,
        headers,
        timeoutMs: connectMs + readMs,
        connectTimeoutMs: connectMs,
        responseTimeoutMs: readMs,
        ...(tls ? { ca, agent } : {}),
    });
    return { status, headers: answered, body };
}

function failure(status: number): Answer {
    return {
        status,
        headers: { "content-type": "text/html" },
        body: Buffer.from(`<html><body><h1>${status} ERROR</h1></body></html>`),
    };
}
