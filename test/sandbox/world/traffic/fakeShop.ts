import https from "node:https";

import type { KeyPair } from "../../../../sandbox/world/certificates";

type Answer = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>];

/** The application, one listener a region over one memory; breaks as it is told. */
export class FakeShop {
    readonly carts = new Map<string, Map<string, number>>();
    readonly orders = new Map<string, string>();
    /** Amounts by order. */
    readonly payments = new Map<string, unknown>();
    /** Profiles by region and id: all that it has, with the version beside it. */
    readonly profiles = new Map<string, Map<string, { body: object; version: number }>>();
    /** Region that writes profiles; none does while it is undefined. */
    home: string | undefined;
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
                const [status, answer, headers = {}] = this.failing.has(region)
                    ? [this.failing.get(region) ?? 500, {}]
                    : this.#refuses(region, request.headers["x-order-receipt"])
                      ? [401, {}]
                      : this.#answer(
                            `${request.method ?? ""} ${path}`,
                            body === "" ? {} : (JSON.parse(body) as Record<string, unknown>),
                            String(request.headers["idempotency-key"]),
                            { region, expected: request.headers["if-match"] },
                        );
                response.writeHead(status, {
                    "x-served-by": region,
                    "content-type": "application/json",
                    ...headers,
                    ...(isCart ? { "x-session-token": String(this.sessions.length) } : {}),
                    ...(this.draining.has(region) ? { connection: "close" } : {}),
                });
                response.end(JSON.stringify(answer));
            });
        });
        this.profiles.set(region, new Map());
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

    #answer(
        call: string,
        body: Record<string, unknown>,
        key: string,
        about: { readonly region: string; readonly expected: string | undefined },
    ): Answer {
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
            case "GET /profiles": {
                const found = this.profiles.get(about.region)?.get(first);
                return found === undefined
                    ? [404, {}]
                    : [200, found.body, { etag: `"${found.version}"` }];
            }
            case "PUT /profiles":
                return this.#saved(first, body, about);
            default:
                return [400, { call }];
        }
    }

    /** Written at home, and in every other region at once. */
    #saved(
        id: string,
        body: object,
        { region, expected }: { readonly region: string; readonly expected: string | undefined },
    ): Answer {
        if (this.home === undefined) {
            return [503, {}, { "retry-after": "5" }];
        }
        if (region !== this.home) {
            const location = `https://${this.home}.origin.example.com/profiles/${id}`;
            return [421, {}, { location }];
        }
        const version = this.profiles.get(region)?.get(id)?.version ?? 0;
        if (expected !== (version === 0 ? undefined : `"${version}"`)) {
            return [412, {}];
        }
        for (const there of this.profiles.values()) {
            there.set(id, { body, version: version + 1 });
        }
        return [200, body, { etag: `"${version + 1}"` }];
    }
}
