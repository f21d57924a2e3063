import { EventEmitter } from "node:events";

import { geographies } from "../geography";
import type { Part, World } from "../world";
import type { ConnectionOptions, Exchange } from "./connection";
import { Crowd } from "./crowd";
import { askForAddresses } from "./dnsClient";
import { Ledger, type Write } from "./ledger";
import type { TrafficSample } from "./samples";
import { Shopper } from "./shopper";
import { StubResolver } from "./stubResolver";
import { verifiedEverywhere, verifyWrites, type Verification } from "./verification";
import { look } from "./visit";

const defaultShoppers = 10;
/** Of so many shoppers one has a profile: in every geography, as their number there is no multiple of it. */
const profileEvery = 3;

export interface TrafficOptions {
    /** Host name that the shoppers use, such as `app.example.com`. */
    readonly application: string;
    /**
     * Host name that people who only look around use, such as `browse.example.com`: one in each
     * geography, apart from the shoppers. @default nobody does
     */
    readonly browse?: string | undefined;
    /** Host name that the shoppers pay their orders at, such as `write.app.example.com`. @default nobody pays */
    readonly write?: string | undefined;
    /**
     * Host names of the regions, each of which leads to its own region alone: some of the shoppers have a
     * profile then, which is looked for in each of them. @default nobody has one
     */
    readonly regions?: readonly string[];
    /** Authority that the application's certificates come from, PEM. */
    readonly ca: string;
    /** Things done per world second, over all shoppers. @default 4 */
    readonly requestsPerSecond?: number;
    /** Things looked at per world second at `browse`, over all geographies. @default 1 */
    readonly looksPerSecond?: number;
    /** People in each of the seven geographies. @default 10 */
    readonly shoppersPerGeography?: number;
    /** People of the same geographies, apart from every other crowd: they have other addresses and ids. @default 0 */
    readonly crowd?: number;
    /** Share of the people whose resolvers ignore TTLs, 0 to 1. @default 0.02 */
    readonly staleShare?: number;
    /** World milliseconds until an attempt is given up. @default 5000 */
    readonly timeoutMs?: number;
}

/**
 * People who use the application: from seven geographies, over real DNS and TLS. Those who shop are
 * what a failover is judged by; those who look around at the edge are kept apart, as it may answer for
 * a region that fails.
 */
export class Traffic extends EventEmitter<{ sample: [TrafficSample] }> implements Part {
    readonly #shoppers: Crowd;
    readonly #onlookers: Crowd | undefined;
    readonly #ledger = new Ledger();

    constructor(
        private readonly world: World,
        private readonly options: TrafficOptions,
    ) {
        super();
        this.#shoppers = new Crowd(
            world,
            people(world, options, this.#ledger),
            checked("requestsPerSecond", options.requestsPerSecond ?? 4),
            (sample) => this.emit("sample", sample),
        );
        if (options.browse !== undefined) {
            this.#onlookers = new Crowd(
                world,
                onlookers(world, options, options.browse),
                checked("looksPerSecond", options.looksPerSecond ?? 1),
            );
        }
    }

    /** Everything but payments and changes of profiles that shoppers did and that has ended, in the order of its end. */
    get samples(): readonly TrafficSample[] {
        return this.#shoppers.samples;
    }

    /** The payments that shoppers made or tried to: apart, as one region alone takes them. */
    get payments(): readonly TrafficSample[] {
        return this.#shoppers.payments;
    }

    /** The changes of profiles that shoppers made or tried to: apart, as the home's region alone takes them. */
    get profiles(): readonly TrafficSample[] {
        return this.#shoppers.profiles;
    }

    /** The same of those who look around at `browse`. */
    get looks(): readonly TrafficSample[] {
        return this.#onlookers?.samples ?? [];
    }

    /** The writes that were acknowledged, payments and changes of profiles apart. */
    get writes(): readonly Write[] {
        return this.#ledger.writes;
    }

    get requestsPerSecond(): number {
        return this.#shoppers.requestsPerSecond;
    }

    /** Changes the rate; takes effect with the next arrival. */
    set requestsPerSecond(rate: number) {
        this.#shoppers.requestsPerSecond = checked("requestsPerSecond", rate);
    }

    async start(): Promise<void> {
        this.#shoppers.start();
        this.#onlookers?.start();
    }

    /** Nobody comes any more; resolves when those who are in have left. */
    async stop(): Promise<void> {
        await Promise.all([this.#shoppers.stop(), this.#onlookers?.stop()]);
    }

    /**
     * Reads every acknowledged write but payments and changes of profiles back through the application's
     * name, from all geographies in turn. Call it after `stop`; what is read leaves no samples.
     */
    verify(): Promise<Verification> {
        return this.#verify(this.#ledger.writes);
    }

    /** The same of the payments. */
    verifyPayments(): Promise<Verification> {
        return this.#verify(this.#ledger.payments);
    }

    /** The same of the changes of profiles, each of which has to be found in every region. */
    async verifyProfiles(): Promise<Verification> {
        const found = await Promise.all(
            (this.options.regions ?? []).map((host) =>
                this.#verify(this.#ledger.profiles, (shopper, exchange) =>
                    shopper.requestAt(host, exchange),
                ),
            ),
        );
        return verifiedEverywhere(this.#ledger.profiles, found);
    }

    async #verify(
        writes: readonly Write[],
        ask = (shopper: Shopper, exchange: Exchange) => shopper.request(exchange),
    ): Promise<Verification> {
        const { shoppers } = this.#shoppers;
        let turn = 0;
        const verification = await verifyWrites(
            writes,
            async (exchange) => ask(shoppers[turn++ % shoppers.length] as Shopper, exchange),
            this.world.clock,
        );
        shoppers.forEach((shopper) => shopper.close());
        return verification;
    }
}

/** The same number of people in each geography; those who ignore TTLs are spread over the geographies in order. */
function people(world: World, options: TrafficOptions, ledger: Ledger): readonly Shopper[] {
    const perGeography = options.shoppersPerGeography ?? defaultShoppers;
    const crowd = options.crowd ?? 0;
    if (!Number.isInteger(perGeography) || perGeography < 1 || perGeography > 253) {
        throw new RangeError(
            `shoppersPerGeography must be a whole number from 1 to 253, got ${perGeography}`,
        );
    }
    if (!Number.isInteger(crowd) || crowd < 0 || (crowd + 1) * (perGeography + 1) > 254) {
        throw new RangeError(
            `crowd must be a whole number from 0, and (crowd + 1) * (shoppersPerGeography + 1) at most 254, got ${crowd}`,
        );
    }
    const staleShare = options.staleShare ?? 0.02;
    if (!(staleShare >= 0 && staleShare <= 1)) {
        throw new RangeError(`staleShare must be from 0 to 1, got ${staleShare}`);
    }
    const stale = Math.round(staleShare * perGeography * geographies.length);
    // A world that runs twice in one account uses no id twice.
    const run = Math.floor(world.clock.now()).toString(36);
    return Array.from({ length: perGeography * geographies.length }, (_, number) => {
        const place = number % geographies.length;
        const person = firstPerson(options) + Math.floor(number / geographies.length);
        const connection = connectionOf(world, options, options.application, place, person);
        const { geography } = connection;
        return new Shopper(
            world,
            `${run}-${geography}-${person}`,
            { ...connection, resolver: resolverOf(world, connection.from, number < stale) },
            ledger,
            {
                writeHost: options.write,
                hasProfile: options.regions !== undefined && number % profileEvery === 0,
            },
        );
    });
}

/** Number of a crowd's first person in each geography; the one who looks around comes after the shoppers. */
function firstPerson({
    crowd = 0,
    shoppersPerGeography = defaultShoppers,
}: TrafficOptions): number {
    return crowd * (shoppersPerGeography + 1);
}

/** One person in each geography who looks around and buys nothing, at the address after the shoppers'. */
function onlookers(world: World, options: TrafficOptions, host: string): readonly Shopper[] {
    return geographies.map(({ code }, place) => {
        const person = firstPerson(options) + (options.shoppersPerGeography ?? defaultShoppers);
        const connection = connectionOf(world, options, host, place, person);
        return new Shopper(
            world,
            `looks-${code}`,
            { ...connection, resolver: resolverOf(world, connection.from, false) },
            new Ledger(),
            { stepsOf: look },
        );
    });
}

function connectionOf(
    world: World,
    options: TrafficOptions,
    host: string,
    place: number,
    person: number,
): Omit<ConnectionOptions, "resolver"> {
    return {
        from: world.network.shopperAddress(place, person),
        geography: geographies[place]?.code ?? "",
        host,
        ca: options.ca,
        timeoutMs: options.timeoutMs ?? 5000,
    };
}

function resolverOf(world: World, from: string, ignoresTtl: boolean): StubResolver {
    return new StubResolver(world.clock, (name) => askForAddresses(world, from, name), ignoresTtl);
}

function checked(name: string, rate: number): number {
    if (!(rate > 0 && rate <= 1000)) {
        throw new RangeError(`${name} must be above 0 and at most 1000, got ${rate}`);
    }
    return rate;
}
