import https from "node:https";

import type { KeyPair } from "../../../../sandbox/world/certificates";

type Answer = readonly [status: number, body: unknown];

/** The application, one listener a region over one memory; breaks as it is told. */
export class FakeShop {
    readonly carts = new Map<string, Map<string, number>>();
    readonly orders = new Map<string, string>();
    /** Amounts by order. */
    readonly payments = new Map<string, unknown>();
    /** Status that a payment is answered with. */
    payment = 201;
    /** Status that a region answers everything with. */
    readonly failing = new Map<string, number>();
    /** Regions that end a connection with each answer. */
    readonly draining = new Set<string>();
    readonly served: {
        readonly region: string;
        readonly from: string;
        /** Host name that was asked. */
        readonly asked: string;
        readonly path: string;
        readonly userAgent: string | undefined;
    }[] = [];
    /** Regions that take no receipt for what it is. */
    readonly refusing = new Set<string>();
    readonly receipts: string[] = [];
    /** Tokens that requests for carts came with; none is empty. Every answer has the next number. */
    readonly sessions: string[] = [];
    readonly #servers: https.Server[] = [];

    async listen(region: string, address: string, port: number, pair: KeyPair): Promise<void> {
        const server = https.createServer(pair, (request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const path = request.url ?? "";
                this.served.push({
                    region,
                    from: request.socket.remoteAddress ?? "",
                    asked: request.headers.host ?? "",
                    path,
                    userAgent: request.headers["user-agent"],
                });
                const isCart = path.startsWith("/carts/");
                if (isCart) {
                    this.sessions.push(String(request.headers["x-session-token"] ?? ""));
                }
                const body = Buffer.concat(chunks).toString();
                const [status, answer] = this.failing.has(region)
                    ? [this.failing.get(region) ?? 500, {}]
                    : this.#refuses(region, request.headers["x-order-receipt"])
                      ? [401, {}]
                      : this.#answer(
                            `${request.method ?? ""} ${path}`,
                            body === "" ? {} : (JSON.parse(body) as Record<string, unknown>),
                            String(request.headers["idempotency-key"]),
                        );
                response.writeHead(status, {
                    "x-served-by": region,
                    "content-type": "application/json",
                    ...(isCart ? { "x-session-token": String(this.sessions.length) } : {}),
                    ...(this.draining.has(region) ? { connection: "close" } : {}),
                });
                response.end(JSON.stringify(answer));
            });
        });
        await new Promise<void>((resolve) => server.listen(port, address, resolve));
        this.#servers.push(server);
    }

    close(): void {
        this.#servers.forEach((server) => {
            server.close();
            server.closeAllConnections();
        });
    }

    #refuses(region: string, receipt: string | readonly string[] | undefined): boolean {
        if (typeof receipt === "string") {
            this.receipts.push(receipt);
        }
        return receipt !== undefined && this.refusing.has(region);
    }

    #answer(call: string, body: Record<string, unknown>, key: string): Answer {
        const [, verb, first = "", , sku = ""] =
            /^(\w+ \/\w+)(?:\/([\w-]+)(?:\/(\w+)(?:\/([\w-]+))?)?)?$/.exec(call) ?? [];
        switch (verb) {
            case "GET /catalogue":
                return [200, { products: [{ sku: "tea-1" }, { sku: "cup-2" }] }];
            case "PUT /carts": {
                const cart = this.carts.get(first) ?? new Map<string, number>();
                this.carts.set(first, cart.set(sku, Number(body["quantity"])));
                return [200, {}];
            }
            case "GET /carts": {
                const lines = [...(this.carts.get(first) ?? [])];
                return [
                    200,
                    { cart: first, items: lines.map(([id, quantity]) => ({ sku: id, quantity })) },
                ];
            }
            case "POST /stock":
                return [201, {}];
            case "POST /orders":
                if (call.endsWith("/payment")) {
                    if (this.payment === 201) {
                        this.payments.set(first, body["amount"]);
                    }
                    return [this.payment, {}];
                }
                this.orders.set(key, String(body["cartId"]));
                return [201, { receipt: `receipt-of-${key}` }];
            case "GET /orders":
                if (call.endsWith("/payment")) {
                    return this.payments.has(first)
                        ? [200, { orderId: first, amount: this.payments.get(first) }]
                        : [404, {}];
                }
                return this.orders.has(first)
                    ? [200, { orderId: first, cartId: this.orders.get(first) }]
                    : [404, {}];
            default:
                return [400, { call }];
        }
    }
}
