import type { WorldClock } from "../clock";
import type { AddressAnswer } from "./dnsClient";

/** How long a resolver that ignores TTLs keeps what it has, in world milliseconds. */
export const pinnedMs = 300_000;

interface Entry {
    readonly addresses: readonly string[];
    readonly forgottenMs: number;
}

/**
 * One shopper's resolver: keeps an answer for its TTL and not longer, unless it is one of the known
 * share that ignores TTLs, which keeps it for five minutes. Keeps no failures, and joins questions
 * that are asked at the same time.
 */
export class StubResolver {
    readonly #entries = new Map<string, Entry>();
    readonly #asking = new Map<string, Promise<readonly string[]>>();

    constructor(
        private readonly clock: Pick<WorldClock, "now">,
        private readonly ask: (name: string) => Promise<AddressAnswer>,
        readonly ignoresTtl: boolean,
    ) {}

    /**
     * Addresses of a name, in the order of the answer.
     *
     * @throws DnsError
     */
    async resolve(name: string): Promise<readonly string[]> {
        const now = this.clock.now();
        const entry = this.#entries.get(name);
        if (entry !== undefined && now < entry.forgottenMs) {
            return entry.addresses;
        }
        const asking = this.#asking.get(name) ?? this.#fetch(name);
        this.#asking.set(name, asking);
        try {
            return await asking;
        } finally {
            this.#asking.delete(name);
        }
    }

    async #fetch(name: string): Promise<readonly string[]> {
        const { addresses, ttl } = await this.ask(name);
        const kept = this.ignoresTtl ? Math.max(ttl * 1000, pinnedMs) : ttl * 1000;
        this.#entries.set(name, { addresses, forgottenMs: this.clock.now() + kept });
        return addresses;
    }
}
