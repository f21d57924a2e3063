import { randomUUID } from "node:crypto";
import http from "node:http";

import { AwsError } from "../../aws/awsError";
import { HeldSockets } from "../heldSockets";
import { awsRegions, operatorAddress } from "../network";
import type { CallRecord } from "../journal";
import type { Part, World } from "../world";
import { errorResponse, notImplemented } from "./errors";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { credentialScope } from "./scope";

/** As DynamoDB's and S3's single-request limits go, generous; a request over it is refused. */
const maximumBodyBytes = 64 * 1024 * 1024;

/**
 * AWS's API endpoints: one on the operator's address and one in every region, all plain HTTP on the
 * same port. The credential scope says which service and region a call is for; the address it comes
 * from says who calls. A call from, through or to a place that a fault cuts off is never answered.
 */
export class ApiServer implements Part {
    readonly #handlers: ReadonlyMap<string, ApiHandler>;
    readonly #held: HeldSockets;
    #servers: http.Server[] = [];

    constructor(
        private readonly world: World,
        handlers: readonly ApiHandler[],
    ) {
        this.#handlers = new Map(handlers.map((handler) => [handler.service, handler]));
        this.#held = new HeldSockets(world.faults);
    }

    /** The operator's endpoint. */
    get url(): string {
        return `http://${operatorAddress}:${this.world.network.ports.api}`;
    }

    async start(): Promise<void> {
        const { network, clock } = this.world;
        const addresses = [
            operatorAddress,
            ...awsRegions.map((region) => network.apiAddress(region)),
        ];
        try {
            await clock.io(() => Promise.all(addresses.map((address) => this.#listen(address))));
        } catch (error) {
            await this.stop();
            throw error;
        }
    }

    async stop(): Promise<void> {
        this.#held.stop();
        const servers = this.#servers;
        this.#servers = [];
        await Promise.all(
            servers.map(
                (server) =>
                    new Promise<void>((resolve) => {
                        server.close(() => resolve());
                        server.closeAllConnections();
                    }),
            ),
        );
    }

    #listen(address: string): Promise<void> {
        const port = this.world.network.ports.api;
        const server = http.createServer((request, response) => {
            // A client that goes away in the middle of its request leaves nothing to answer.
            this.#serve(request, response).catch(() => request.destroy());
        });
        this.#servers.push(server);
        return new Promise((resolve, reject) => {
            server.once("error", (error: NodeJS.ErrnoException) =>
                reject(
                    error.code === "EADDRINUSE"
                        ? new Error(
                              `the API endpoint cannot listen on ${address}:${port}: the port is in use; stop what uses it or choose another api port`,
                              { cause: error },
                          )
                        : error,
                ),
            );
            server.listen(port, address, () => resolve());
        });
    }

    async #serve(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
        await this.world.clock.io(async () => {
            const url = new URL(`http://api${incoming.url ?? "/"}`);
            const scope = credentialScope(incoming.headers, url.searchParams);
            const handler = scope === undefined ? undefined : this.#handlers.get(scope.service);
            const call: { request?: ApiRequest; region: string } = {
                region: handler?.home ?? scope?.region ?? "",
            };
            const isCut = (): boolean => this.#isCut(incoming, handler, call.region);
            const body = await readBody(incoming);
            const request: ApiRequest = {
                region: scope?.region ?? "",
                method: incoming.method ?? "GET",
                path: url.pathname,
                query: url.searchParams,
                headers: incoming.headers,
                body: body ?? Buffer.alloc(0),
                caller: this.world.network.placeOf(incoming.socket.remoteAddress ?? "").name,
            };
            const described = describe(handler, request);
            const record = (outcome: CallRecord["outcome"]): void =>
                this.world.journal.add({
                    atMs: this.world.clock.now(),
                    caller: request.caller,
                    ...described,
                    service: scope?.service ?? "unknown",
                    region: call.region,
                    outcome,
                });
            if (isCut()) {
                record("timeout");
                this.#held.hold(incoming.socket, isCut);
                return;
            }
            const response =
                body === undefined
                    ? errorResponse(
                          new AwsError("RequestEntityTooLarge", "the request is too large", 413),
                          protocolOf(handler, request),
                      )
                    : await this.#answer(handler, scope?.service, request, described);
            if (isCut()) {
                record("timeout");
                this.#held.hold(incoming.socket, isCut);
                return;
            }
            record(response.status < 400 ? "ok" : response.status < 500 ? "refused" : "failed");
            outgoing.writeHead(response.status, {
                "x-amzn-requestid": randomUUID(),
                ...response.headers,
                "content-length": String(Buffer.byteLength(response.body)),
            });
            outgoing.end(request.method === "HEAD" ? undefined : response.body);
        });
    }

    async #answer(
        handler: ApiHandler | undefined,
        service: string | undefined,
        request: ApiRequest,
        call: ApiCall,
    ): Promise<ApiResponse> {
        const protocol = protocolOf(handler, request);
        if (service === undefined) {
            return errorResponse(
                new AwsError(
                    "MissingAuthenticationToken",
                    "Request is missing Authentication Token",
                    403,
                ),
                protocol,
            );
        }
        if (handler === undefined) {
            return errorResponse(notImplemented(service, call.action), protocol);
        }
        try {
            return await handler.handle(request);
        } catch (error) {
            return errorResponse(
                error instanceof AwsError
                    ? error
                    : new AwsError("InternalFailure", String(error), 500),
                protocol,
            );
        }
    }

    /** A global plane is also cut when only its control plane is down. */
    #isCut(
        incoming: http.IncomingMessage,
        handler: ApiHandler | undefined,
        target: string,
    ): boolean {
        const { faults, network } = this.world;
        const from = network.placeOf(incoming.socket.remoteAddress ?? "").region;
        const endpoint = network.placeOf(incoming.socket.localAddress ?? "").region;
        return (
            !faults.reachable(from, target) ||
            !faults.reachable(from, endpoint) ||
            (handler?.home !== undefined && faults.controlPlaneDown(handler.home))
        );
    }
}

function describe(handler: ApiHandler | undefined, request: ApiRequest): ApiCall {
    return handler?.describe?.(request) ?? { action: actionOf(request), plane: "control" };
}

/** The action a JSON or query call names; method and path for the rest. */
export function actionOf(request: ApiRequest): string {
    const target = request.headers["x-amz-target"];
    const named =
        (typeof target === "string" ? target.split(".").pop() : undefined) ??
        formOf(request).get("Action") ??
        undefined;
    return named ?? `${request.method} ${request.path}`;
}

/** Parameters of a query-protocol call, from its form body or its query. */
export function formOf(request: ApiRequest): URLSearchParams {
    return request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")
        ? new URLSearchParams(request.body.toString("utf8"))
        : request.query;
}

function protocolOf(handler: ApiHandler | undefined, request: ApiRequest): ApiHandler["protocol"] {
    return handler?.protocol ?? ("x-amz-target" in request.headers ? "json" : "query");
}

/** The whole body, or undefined when it is over the limit. */
async function readBody(incoming: http.IncomingMessage): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length <= maximumBodyBytes) {
            chunks.push(chunk);
        }
    }
    return length <= maximumBodyBytes ? Buffer.concat(chunks) : undefined;
}
