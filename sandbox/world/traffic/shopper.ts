import type { NetworkResponse } from "../network";
import type { World } from "../world";
import { Connection, type ConnectionOptions, type Exchange } from "./connection";
import type { Ledger } from "./ledger";
import type { ShownReceipt, TrafficSample } from "./samples";
import { browse, receiptOf, shelfOf, visit, type Step } from "./visit";

/** Header of a session's token, both ways. */
const sessionHeader = "x-session-token";

/** World milliseconds before the second attempt, and as much again at random. */
const retryMs = 200;

/** One person: a resolver, a connection for each host name, and a visit under way. */
export class Shopper {
    readonly #connection: Connection;
    /** To where payments are made. */
    readonly #till: Connection | undefined;
    #steps: readonly Step[] = [];
    #shelf: readonly string[] = [];
    #visits = 0;
    /** Of the last order, and the region that issued it. */
    #receipt: { readonly text: string; readonly issuedBy: string | undefined } | undefined;
    /** What the shopper has seen, in the application's words. */
    #session: string | undefined;
    #stepping = false;

    constructor(
        private readonly world: World,
        private readonly id: string,
        private readonly options: ConnectionOptions,
        private readonly ledger: Ledger,
        /** What the shopper comes for. */
        private readonly stepsOf: typeof visit = visit,
        /** Host name that payments are made at. @default nobody pays */
        writeHost?: string,
    ) {
        this.#connection = new Connection(world, options);
        this.#till =
            writeHost === undefined
                ? undefined
                : new Connection(world, { ...options, host: writeHost });
    }

    get geography(): string {
        return this.options.geography;
    }

    /**
     * Does the next thing, whatever became of the last; while the last is still under way, the shopper
     * looks around in another tab. Never throws: what went wrong is in the sample.
     */
    async act(): Promise<TrafficSample> {
        if (this.#stepping) {
            return this.#do(browse);
        }
        this.#stepping = true;
        try {
            return await this.#do(this.#next());
        } finally {
            this.#stepping = false;
        }
    }

    /** One exchange as the shopper's browser makes it: tried again once. None when there is no answer. */
    async request(exchange: Exchange): Promise<NetworkResponse | undefined> {
        return (await this.#attempt(exchange, this.#connection, isServed)).response;
    }

    close(): void {
        this.#connection.close();
        this.#till?.close();
    }

    /** Goes on with the visit, or starts one: with a look at the catalogue, then with what it showed. */
    #next(): Step {
        if (this.#steps.length === 0) {
            if (this.#shelf.length === 0) {
                return browse;
            }
            this.#steps = [
                ...this.stepsOf(
                    `${this.id}-${++this.#visits}`,
                    this.#shelf,
                    this.world.random,
                ).filter(({ name }) => name !== "pay" || this.#till !== undefined),
                browse,
            ];
        }
        const [step, ...rest] = this.#steps;
        this.#steps = rest;
        return step ?? browse;
    }

    async #do(step: Step): Promise<TrafficSample> {
        const { clock } = this.world;
        const atMs = clock.now();
        const pays = step.name === "pay";
        const shown = step.receipt === "shown" ? this.#receipt : undefined;
        const session = step.inSession === true ? this.#session : undefined;
        const { response, attempts, problem } = await this.#attempt(
            {
                ...step.exchange,
                headers: {
                    ...step.exchange.headers,
                    ...(shown === undefined ? {} : { "x-order-receipt": shown.text }),
                    ...(session === undefined ? {} : { [sessionHeader]: session }),
                },
            },
            (pays ? this.#till : undefined) ?? this.#connection,
            pays ? isAcknowledged : isServed,
        );
        const region = headerOf(response?.headers["x-served-by"]);
        if (step === browse && response?.status === 200) {
            this.#shelf = shelfOf(response.body);
        }
        if (step.inSession === true) {
            this.#session = headerOf(response?.headers[sessionHeader]) ?? this.#session;
        }
        if (step.receipt === "given") {
            const text = response === undefined ? undefined : receiptOf(response.body);
            this.#receipt = text === undefined ? undefined : { text, issuedBy: region };
        }
        if (step.write !== undefined && response !== undefined && isAcknowledged(response.status)) {
            this.ledger.add(step.write({ atMs: clock.now(), region }));
        }
        return {
            atMs,
            geography: this.options.geography,
            region,
            step: step.name,
            ok: problem === undefined,
            status: response?.status,
            problem,
            latencyMs: clock.now() - atMs,
            attempts,
            stale: this.options.resolver.ignoresTtl,
            ...(shown === undefined ? {} : verdictOn(shown, response?.status)),
            ...(step.name === "read-cart" && response?.status === 202 ? { arriving: true } : {}),
        };
    }

    /**
     * Sends it, and once more when the connection failed or the server did. Everything a shopper sends
     * is safe to repeat: a read, a PUT of the whole value, or a POST with a key of its own.
     */
    async #attempt(
        exchange: Exchange,
        connection: Connection,
        isDone: (status: number) => boolean,
    ): Promise<{
        readonly response: NetworkResponse | undefined;
        readonly attempts: number;
        readonly problem: string | undefined;
    }> {
        let response: NetworkResponse | undefined;
        let problem: string | undefined;
        for (let attempt = 1; attempt <= 2; attempt++) {
            response = undefined;
            try {
                response = await connection.exchange(exchange);
                problem = isDone(response.status) ? undefined : `status ${response.status}`;
            } catch (error) {
                problem = error instanceof Error ? error.message : String(error);
            }
            if (problem === undefined) {
                return { response, attempts: attempt, problem };
            }
            if (attempt === 1) {
                await this.world.clock.sleep(retryMs * (1 + this.world.random()));
            }
        }
        return { response, attempts: 2, problem };
    }
}

function isServed(status: number): boolean {
    return status < 500;
}

/** Found here, or vouched for by the receipt alone; or refused. Anything else says nothing of the receipt. */
function verdictOn(
    { issuedBy }: { readonly issuedBy: string | undefined },
    status: number | undefined,
): { readonly receipt?: ShownReceipt } {
    return status === 200 || status === 202 || status === 401
        ? { receipt: { issuedBy, honoured: status !== 401 } }
        : {};
}

function isAcknowledged(status: number): boolean {
    return status >= 200 && status < 300;
}

function headerOf(value: string | readonly string[] | undefined): string | undefined {
    return typeof value === "string" ? value : value?.[0];
}
