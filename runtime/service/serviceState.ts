import { Resolver } from "node:dns/promises";

/** How often the region's state is asked for; the record's TTL is the same. */
const pollMs = 10_000;

/**
 * Whether this region still serves, as the world's resolvers see it. A region that was voted out
 * cannot be told by a control plane, and a survivor must not have to call it; but the votes move
 * DNS, and DNS can be asked from anywhere.
 */
export class ServiceState {
    #timer: NodeJS.Timeout | undefined;
    #evacuated = false;

    constructor(
        readonly name: string,
        private readonly onChange: (evacuated: boolean) => void = () => {},
        private readonly resolver: Pick<Resolver, "resolveTxt" | "cancel"> = new Resolver({
            timeout: 2000,
            tries: 2,
        }),
    ) {}

    /** True once the survivors' votes took this region out of service. */
    get evacuated(): boolean {
        return this.#evacuated;
    }

    async start(): Promise<void> {
        await this.poll();
        this.#timer = setInterval(() => void this.poll(), pollMs);
        this.#timer.unref();
    }

    stop(): void {
        clearInterval(this.#timer);
        this.resolver.cancel();
    }

    /** Asks once. What cannot be resolved changes nothing: silence is no vote. */
    async poll(): Promise<void> {
        let texts: string[][];
        try {
            texts = await this.resolver.resolveTxt(this.name);
        } catch {
            return;
        }
        const evacuated = texts.some((chunks) => chunks.join("") === "evacuated");
        if (evacuated !== this.#evacuated) {
            this.#evacuated = evacuated;
            this.onChange(evacuated);
        }
    }
}
