import { EventEmitter } from "node:events";

import { geographies } from "../geography";
import type { Part, World } from "../world";
import { askForAddresses } from "./dnsClient";
import { Ledger, type Write } from "./ledger";
import type { TrafficSample } from "./samples";
import { Shopper } from "./shopper";
import { StubResolver } from "./stubResolver";
import { verifyWrites, type Verification } from "./verification";

export interface TrafficOptions {
    /** Host name that the shoppers use, such as `app.example.com`. */
    readonly application: string;
    /** Authority that the application's certificates come from, PEM. */
    readonly ca: string;
    /** Things done per world second, over all shoppers. @default 4 */
    readonly requestsPerSecond?: number;
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
 * People who use the application: from seven geographies, over real DNS and TLS, at a steady rate that
 * does not wait for answers. A slow or silent application therefore shows as what it is to them, and
 * not as fewer visits.
 */
export class Traffic extends EventEmitter<{ sample: [TrafficSample] }> implements Part {
    readonly #shoppers: readonly Shopper[];
    readonly #ledger = new Ledger();
    readonly #samples: TrafficSample[] = [];
    readonly #underWay = new Set<Promise<void>>();
    #requestsPerSecond: number;
    #cancel: (() => void) | undefined;

    constructor(
        private readonly world: World,
        options: TrafficOptions,
    ) {
        super();
        this.#requestsPerSecond = checked(options.requestsPerSecond ?? 4);
        this.#shoppers = people(world, options, this.#ledger);
    }

    /** Everything that was done and has ended, in the order of its end. */
    get samples(): readonly TrafficSample[] {
        return this.#samples;
    }

    /** The writes that were acknowledged. */
    get writes(): readonly Write[] {
        return this.#ledger.writes;
    }

    get requestsPerSecond(): number {
        return this.#requestsPerSecond;
    }

    /** Changes the rate; takes effect with the next arrival. */
    set requestsPerSecond(rate: number) {
        this.#requestsPerSecond = checked(rate);
    }

    async start(): Promise<void> {
        if (this.#cancel === undefined) {
            this.#schedule();
        }
    }

    /** Nobody comes any more; resolves when those who are in have left. */
    async stop(): Promise<void> {
        this.#cancel?.();
        this.#cancel = undefined;
        while (this.#underWay.size > 0) {
            await Promise.all(this.#underWay);
        }
        this.#shoppers.forEach((shopper) => shopper.close());
    }

    /**
     * Reads every acknowledged write back through the application's name, from all geographies in turn.
     * Call it after `stop`; what is read leaves no samples.
     */
    async verify(): Promise<Verification> {
        let turn = 0;
        const verification = await verifyWrites(
            this.#ledger.writes,
            async (exchange) => this.#shoppers[turn++ % this.#shoppers.length]?.request(exchange),
            this.world.clock,
        );
        this.#shoppers.forEach((shopper) => shopper.close());
        return verification;
    }

    /** Arrivals are independent of each other: the time between two is exponential. */
    #schedule(): void {
        const waitMs = (-Math.log(1 - this.world.random()) / this.#requestsPerSecond) * 1000;
        this.#cancel = this.world.clock.after(waitMs, () => {
            this.#schedule();
            const shopper = this.#shoppers[Math.floor(this.world.random() * this.#shoppers.length)];
            if (shopper !== undefined) {
                this.#act(shopper);
            }
        });
    }

    #act(shopper: Shopper): void {
        const acting = shopper
            .act()
            .then((sample) => {
                this.#samples.push(sample);
                this.emit("sample", sample);
            })
            .finally(() => this.#underWay.delete(acting));
        this.#underWay.add(acting);
    }
}

/** The same number of people in each geography; those who ignore TTLs are spread over the geographies in order. */
function people(world: World, options: TrafficOptions, ledger: Ledger): readonly Shopper[] {
    const perGeography = options.shoppersPerGeography ?? 10;
    const crowd = options.crowd ?? 0;
    if (!Number.isInteger(perGeography) || perGeography < 1 || perGeography > 254) {
        throw new RangeError(
            `shoppersPerGeography must be a whole number from 1 to 254, got ${perGeography}`,
        );
    }
    if (!Number.isInteger(crowd) || crowd < 0 || (crowd + 1) * perGeography > 254) {
        throw new RangeError(
            `crowd must be a whole number from 0, and (crowd + 1) * shoppersPerGeography at most 254, got ${crowd}`,
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
        const person = crowd * perGeography + Math.floor(number / geographies.length);
        const geography = geographies[place]?.code ?? "";
        const from = world.network.shopperAddress(place, person);
        return new Shopper(
            world,
            `${run}-${geography}-${person}`,
            {
                from,
                geography,
                host: options.application,
                resolver: new StubResolver(
                    world.clock,
                    (name) => askForAddresses(world, from, name),
                    number < stale,
                ),
                ca: options.ca,
                timeoutMs: options.timeoutMs ?? 5000,
            },
            ledger,
        );
    });
}

function checked(rate: number): number {
    if (!(rate > 0 && rate <= 1000)) {
        throw new RangeError(`requestsPerSecond must be above 0 and at most 1000, got ${rate}`);
    }
    return rate;
}
