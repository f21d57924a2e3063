import type { World } from "../world";
import type { EndpointDefinition } from "./definition";
import type { Prober } from "./probe";
import { endpointHealthy, Opinion } from "./tally";

/** What one checker saw last. */
export interface Observation {
    readonly region: string;
    /** The checker's public address. */
    readonly address: string;
    readonly status: string;
    /** World time, milliseconds since the epoch. */
    readonly checkedMs: number;
}

interface Checker {
    readonly region: string;
    readonly opinion: Opinion;
    observation?: Observation;
}

export interface EndpointCheckOptions {
    readonly prober: Prober;
    readonly checkersPerRegion: number;
    /** The check as it was: its checkers keep what they think until they know better. */
    readonly before?: EndpointCheck | undefined;
    /** Called when a checker changed its mind. */
    readonly changed: () => void;
}

/** The checkers of one endpoint check. Each keeps its own schedule from a random moment on, uncoordinated as AWS's. */
export class EndpointCheck {
    readonly #checkers: readonly Checker[];
    readonly #stops: (() => void)[] = [];
    #stopped = false;

    constructor(
        private readonly world: World,
        readonly definition: EndpointDefinition,
        private readonly options: EndpointCheckOptions,
    ) {
        this.#checkers = definition.regions.flatMap((region) =>
            Array.from({ length: options.checkersPerRegion }, () => ({
                region,
                opinion: new Opinion(definition.threshold, options.before?.opinionIn(region)),
            })),
        );
        const { intervalMs, disabled } = definition;
        for (const checker of disabled ? [] : this.#checkers) {
            this.#stops.push(
                world.clock.every(
                    intervalMs,
                    () => void this.#probe(checker),
                    world.random() * intervalMs,
                ),
            );
        }
    }

    get healthy(): boolean {
        return endpointHealthy(this.#checkers.map(({ opinion }) => opinion.healthy));
    }

    /** Share of the checkers that do not say unhealthy, in percent. */
    get percentageHealthy(): number {
        const healthy = this.#checkers.filter(({ opinion }) => opinion.healthy !== false).length;
        return (100 * healthy) / Math.max(1, this.#checkers.length);
    }

    /** Every checker's last probe; none from one that has not probed yet. */
    get observations(): readonly Observation[] {
        return this.#checkers.flatMap(({ observation }) => observation ?? []);
    }

    /** What the region's checkers think, as far as one can speak for them. */
    opinionIn(region: string): boolean | undefined {
        return this.#checkers.find((checker) => checker.region === region)?.opinion.healthy;
    }

    stop(): void {
        this.#stopped = true;
        this.#stops.forEach((stop) => stop());
    }

    async #probe(checker: Checker): Promise<void> {
        const { clock, network } = this.world;
        const from = network.checkerAddress(checker.region);
        const result = await this.options.prober.probe(this.definition, from);
        if (this.#stopped) {
            return;
        }
        checker.observation = {
            region: checker.region,
            address: network.publicAddressOf(from),
            status: result.status,
            checkedMs: clock.now(),
        };
        if (checker.opinion.add(result.passed)) {
            this.options.changed();
        }
    }
}
