import type { World } from "../world";
import type { TrafficSample } from "./samples";
import type { Shopper } from "./shopper";

/**
 * People who come at a steady rate that does not wait for answers: a slow or silent application
 * therefore shows as what it is to them, and not as fewer visits.
 */
export class Crowd {
    readonly #samples: TrafficSample[] = [];
    readonly #payments: TrafficSample[] = [];
    readonly #profiles: TrafficSample[] = [];
    readonly #underWay = new Set<Promise<void>>();
    #cancel: (() => void) | undefined;

    /** @param requestsPerSecond things done per world second, over all of them; may change at any time */
    constructor(
        private readonly world: Pick<World, "clock" | "random">,
        readonly shoppers: readonly Shopper[],
        public requestsPerSecond: number,
        private readonly onSample: (sample: TrafficSample) => void = () => {},
    ) {}

    /** Every payment that was tried and has ended, in the order of its end. */
    get payments(): readonly TrafficSample[] {
        return this.#payments;
    }

    /** Every change of a profile, the same. */
    get profiles(): readonly TrafficSample[] {
        return this.#profiles;
    }

    /** Everything else that was done and has ended, in the order of its end. */
    get samples(): readonly TrafficSample[] {
        return this.#samples;
    }

    start(): void {
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
        this.shoppers.forEach((shopper) => shopper.close());
    }

    /** Arrivals are independent of each other: the time between two is exponential. */
    #schedule(): void {
        const { clock, random } = this.world;
        const waitMs = (-Math.log(1 - random()) / this.requestsPerSecond) * 1000;
        this.#cancel = clock.after(waitMs, () => {
            this.#schedule();
            const shopper = this.shoppers[Math.floor(random() * this.shoppers.length)];
            if (shopper !== undefined) {
                this.#act(shopper);
            }
        });
    }

    #act(shopper: Shopper): void {
        const acting = shopper
            .act()
            .then((sample) => {
                this.#listOf(sample).push(sample);
                this.onSample(sample);
            })
            .finally(() => this.#underWay.delete(acting));
        this.#underWay.add(acting);
    }

    #listOf({ step }: TrafficSample): TrafficSample[] {
        return step === "pay"
            ? this.#payments
            : step === "save-profile"
              ? this.#profiles
              : this.#samples;
    }
}
