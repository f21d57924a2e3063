import http from "node:http";
import { pipeline } from "node:stream/promises";

import type { CallRecord } from "../journal";
import type { Registration, Targets } from "../targets";
import { judgedParts, type WebAcls } from "../waf/webAcl";
import type { World } from "../world";
import { answerHeaders, forwardedHeaders } from "./headers";
import type { ListenerSocket } from "./listenerSocket";
import type { Ending, Measures } from "./measures";
import type { Action, Balancer, ListenerModel, TargetGroup, WeightedGroup } from "./model";
import { redirectLocation } from "./redirect";
import { sendUpstream } from "./upstream";

/** What a listener has at hand for its requests. */
export interface ExchangeContext {
    readonly world: World;
    readonly targets: Targets;
    readonly measures: Measures;
    readonly webAcls: WebAcls;
    readonly balancer: Balancer;
    readonly listener: ListenerModel;
    readonly socket: ListenerSocket;
    /** The balancer's own address. */
    readonly address: string;
    readonly agent: http.Agent;
    /** As the account has it now. */
    readonly group: (arn: string) => TargetGroup | undefined;
}

/** What a client is shown of a request that the web ACL blocks. */
const forbidden =
    "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center></body></html>";

/** One request through a listener, from its arrival to the last byte of its answer. */
export class Exchange {
    readonly #source: string;

    constructor(
        private readonly context: ExchangeContext,
        private readonly request: http.IncomingMessage,
        private readonly response: http.ServerResponse,
    ) {
        this.#source = request.socket.remoteAddress ?? "";
    }

    async run(): Promise<void> {
        if (this.#cut()) {
            return;
        }
        if (this.#blocked()) {
            this.#end({ status: 403, by: "balancer" }, { "content-type": "text/html" }, forbidden);
            return;
        }
        const { action } = this.context.listener;
        switch (action.kind) {
            case "redirect":
                this.#redirect(action);
                return;
            case "fixed":
                this.#end(
                    { status: action.status, by: "balancer" },
                    { "content-type": action.contentType },
                    action.body,
                );
                return;
            case "forward":
                await this.#forward(action.groups);
        }
    }

    /** The web ACL comes first: what it blocks meets no rule of the listener and no target. */
    #blocked(): boolean {
        const { world, balancer, webAcls } = this.context;
        const verdict = webAcls.judge(balancer.webAclArn, {
            address: world.network.publicAddressOf(this.#source),
            path: this.#path(),
            ...judgedParts(this.request),
        });
        return verdict === "block";
    }

    async #forward(groups: readonly WeightedGroup[]): Promise<void> {
        const { world, targets, balancer } = this.context;
        const group = this.context.group(pick(groups, world.random())?.arn ?? "");
        const registration = group && route(targets.registered(group.arn), world.random());
        if (registration === undefined) {
            this.#end({ ...(group ? { group } : {}), status: 503, by: "balancer" });
            return;
        }
        const gray = world.faults.gray(balancer.region);
        const grayed = gray !== undefined && this.#path() !== group?.check.path;
        if (grayed && gray.latencyMs > 0) {
            await this.#wait(gray.latencyMs);
            if (this.#cut()) {
                return;
            }
        }
        if (grayed && world.random() < gray.errorRate) {
            this.#end(
                {
                    ...(group ? { group } : {}),
                    status: 500,
                    by: "target",
                    targetMs: gray.latencyMs,
                },
                { "content-type": "application/json" },
                '{"error":"failed"}',
            );
            return;
        }
        registration.inFlight++;
        try {
            await world.clock.io(() =>
                this.#send(group as TargetGroup, registration, grayed ? gray.latencyMs : 0),
            );
        } finally {
            registration.inFlight--;
        }
    }

    async #send(group: TargetGroup, registration: Registration, addedMs: number): Promise<void> {
        const { world, balancer, listener, address, agent } = this.context;
        const sentMs = world.clock.now();
        const outcome = await sendUpstream(world, {
            incoming: this.request,
            registration,
            headers: forwardedHeaders(this.request.rawHeaders, {
                dropInvalid: balancer.dropInvalidHeaders,
                clientAddress: world.network.publicAddressOf(this.#source),
                protocol: listener.tls === undefined ? "http" : "https",
                port: listener.port,
                traceId: traceId(world),
            }),
            from: address,
            agent,
            timeoutMs: balancer.idleTimeoutMs,
        });
        switch (outcome.kind) {
            case "broken":
                this.#end({ group, status: 502, by: "balancer" });
                return;
            case "timeout":
                this.#end({ group, status: 504, by: "balancer" });
                return;
            case "abandoned":
                this.#record(460, "failed");
                return;
            case "answered": {
                const status = outcome.response.statusCode ?? 502;
                const targetMs = world.clock.now() - sentMs + addedMs;
                this.#settle({ group, status, by: "target", targetMs });
                this.response.writeHead(status, answerHeaders(outcome.response.rawHeaders));
                // A target or a client that breaks off here leaves the other with half an answer,
                // and a closed connection to tell it so.
                await pipeline(outcome.response, this.response).catch(() =>
                    this.response.destroy(),
                );
            }
        }
    }

    #redirect(action: Extract<Action, { kind: "redirect" }>): void {
        const { world, listener } = this.context;
        const location = redirectLocation(
            action,
            {
                protocol: listener.tls === undefined ? "HTTP" : "HTTPS",
                port: listener.port,
                host: this.request.headers.host ?? "",
                url: this.request.url ?? "/",
            },
            world.network,
        );
        this.#end({ status: action.status, by: "balancer" }, { location });
    }

    /** Waits in world time, also when the client holds the world's clock while it waits for us. */
    #wait(delayMs: number): Promise<void> {
        const { clock, network } = this.context.world;
        return network.holdsClock(this.#source) ? clock.delay(delayMs) : clock.sleep(delayMs);
    }

    /** Whether faults keep an answer from arriving; then there will be none. */
    #cut(): boolean {
        const { socket } = this.context;
        if (socket.reaches(this.#source)) {
            return false;
        }
        socket.hold(this.request.socket);
        this.#record(0, "timeout");
        return true;
    }

    #end(
        ending: Omit<Ending, "balancer">,
        headers: http.OutgoingHttpHeaders = {},
        body: string = "",
    ): void {
        this.#settle(ending);
        this.request.resume();
        this.response.writeHead(ending.status, {
            ...headers,
            "content-length": Buffer.byteLength(body),
        });
        this.response.end(body);
    }

    #settle(ending: Omit<Ending, "balancer">): void {
        this.context.measures.request({ balancer: this.context.balancer, ...ending });
        this.#record(ending.status, ending.status >= 500 ? "failed" : "ok");
    }

    #record(status: number, outcome: CallRecord["outcome"]): void {
        const { world, balancer } = this.context;
        const caller = world.network.placeOf(this.#source).name;
        world.journal.add({
            atMs: world.clock.now(),
            caller,
            plane: "data",
            service: caller.startsWith("checker:") ? "health-check" : "http",
            action: `${this.request.method} ${this.#path()} ${status || ""}`.trimEnd(),
            region: balancer.region,
            outcome,
        });
    }

    #path(): string {
        return (this.request.url ?? "/").split("?")[0] as string;
    }
}

/** A group by weight; `draw` is uniform in [0, 1). */
function pick(groups: readonly WeightedGroup[], draw: number): WeightedGroup | undefined {
    let left = draw * groups.reduce((sum, { weight }) => sum + weight, 0);
    return groups.find(({ weight }) => (left -= weight) < 0);
}

/** A healthy target; any target when none is healthy: a balancer fails open. */
function route(registered: readonly Registration[], draw: number): Registration | undefined {
    const healthy = registered.filter(({ state }) => state === "healthy");
    const eligible = healthy.length > 0 ? healthy : registered;
    return eligible[Math.floor(draw * eligible.length)];
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html */
function traceId(world: World): string {
    const hex = (digits: number): string =>
        Array.from({ length: digits }, () => Math.floor(world.random() * 16).toString(16)).join("");
    return `1-${Math.floor(world.clock.now() / 1000).toString(16)}-${hex(24)}`;
}
