import type { NetworkResponse } from "../network";
import type { World } from "../world";
import { attempt, headerOf, isAcknowledged, isServed, type Attempted } from "./attempt";
import { Connection, type ConnectionOptions, type Exchange } from "./connection";
import type { Ledger } from "./ledger";
import { Profile } from "./profile";
import type { ShownReceipt, TrafficSample } from "./samples";
import { Session } from "./session";
import { browse, receiptOf, shelfOf, visit, type Step } from "./visit";

export interface ShopperHabits {
    /** What the shopper comes for. @default a visit to the shop */
    readonly stepsOf?: typeof visit;
    /** Host name that payments are made at. @default nobody pays */
    readonly writeHost?: string | undefined;
    /** Whether the shopper has a profile, and changes it with each visit. */
    readonly hasProfile?: boolean;
}

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
    readonly #session = new Session();
    readonly #profile: Profile | undefined;
    #stepping = false;

    constructor(
        private readonly world: World,
        private readonly id: string,
        private readonly options: ConnectionOptions,
        private readonly ledger: Ledger,
        private readonly habits: ShopperHabits = {},
    ) {
        this.#connection = new Connection(world, options);
        this.#till = habits.writeHost === undefined ? undefined : this.#connect(habits.writeHost);
        this.#profile = habits.hasProfile
            ? new Profile(world, {
                  id: `profile-${id}`,
                  session: this.#session,
                  application: this.#connection,
                  connect: (host) => this.#connect(host),
                  ledger,
              })
            : undefined;
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
        return (await attempt(this.world, exchange, this.#connection, isServed)).response;
    }

    /** As `request`, of another host, over a connection for this once. */
    async requestAt(host: string, exchange: Exchange): Promise<NetworkResponse | undefined> {
        const connection = this.#connect(host);
        try {
            return (await attempt(this.world, exchange, connection, isServed)).response;
        } finally {
            connection.close();
        }
    }

    close(): void {
        this.#connection.close();
        this.#till?.close();
        this.#profile?.close();
    }

    #connect(host: string): Connection {
        return new Connection(this.world, { ...this.options, host });
    }

    /** Goes on with the visit, or starts one: with a look at the catalogue, then with what it showed. */
    #next(): Step {
        if (this.#steps.length === 0) {
            if (this.#shelf.length === 0) {
                return browse;
            }
            const { stepsOf = visit } = this.habits;
            this.#steps = [
                ...stepsOf(`${this.id}-${++this.#visits}`, this.#shelf, this.world.random).filter(
                    ({ name }) => this.#has(name),
                ),
                browse,
            ];
        }
        const [step, ...rest] = this.#steps;
        this.#steps = rest;
        return step ?? browse;
    }

    /** Whether the shopper has what a step takes. */
    #has(step: Step["name"]): boolean {
        switch (step) {
            case "pay":
                return this.#till !== undefined;
            case "profile":
            case "save-profile":
                return this.#profile !== undefined;
            default:
                return true;
        }
    }

    async #do(step: Step): Promise<TrafficSample> {
        const { clock } = this.world;
        const atMs = clock.now();
        const shown = step.receipt === "shown" ? this.#receipt : undefined;
        const { response, attempts, problem, arriving } = await this.#carryOut(step, shown?.text);
        const region = headerOf(response, "x-served-by");
        if (step === browse && response?.status === 200) {
            this.#shelf = shelfOf(response.body);
        }
        if (step.receipt === "given") {
            const text = response === undefined ? undefined : receiptOf(response.body);
            this.#receipt = text === undefined ? undefined : { text, issuedBy: region };
        }
        if (step.write !== undefined && response !== undefined && isAcknowledged(response)) {
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
            ...(arriving === true ? { arriving } : {}),
        };
    }

    async #carryOut(
        step: Step,
        receipt: string | undefined,
    ): Promise<Attempted & { readonly arriving?: boolean }> {
        if (step.exchange === undefined) {
            const profile = this.#profile as Profile;
            return step.name === "profile" ? profile.read() : profile.save();
        }
        const pays = step.name === "pay";
        const attempted = await attempt(
            this.world,
            {
                ...step.exchange,
                headers: {
                    ...step.exchange.headers,
                    ...(receipt === undefined ? {} : { "x-order-receipt": receipt }),
                    ...(step.inSession === true ? this.#session.headers : {}),
                },
            },
            (pays ? this.#till : undefined) ?? this.#connection,
            pays ? isAcknowledged : isServed,
        );
        if (step.inSession === true) {
            this.#session.heard(attempted.response);
        }
        const isArriving = step.name === "read-cart" && attempted.response?.status === 202;
        return { ...attempted, arriving: isArriving };
    }
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
