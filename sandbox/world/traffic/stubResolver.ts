import type { WorldClock } from "../clock";
import type { AddressAnswer } from "./dnsClient";

/** How long a resolver that ignores TTLs keeps what it has, in world milliseconds. */
export const pinnedMs = 300_000;

export interface Resolution {
    readonly addresses: readonly string[];
    /** Whether the answer should have been forgotten: its TTL has passed. */
    readonly stale: boolean;
}

interface Entry {
    readonly answer: AddressAnswer;
    readonly expiresMs: number;
    readonly forgottenMs: number;
}

/**
 * One shopper's resolver: keeps an answer for its TTL and not longer, unless it is one of the known
 * share that ignores TTLs, which keeps it for five minutes. Keeps no failures, and joins questions
 * that are asked at the same time.
 */
export class StubResolver {
    readonly #entries = new Map<string, Entry>();
    readonly #asking = new Map<string, Promise<Resolution>>();

    constructor(
        private readonly clock: Pick<WorldClock, "now">,
        private readonly ask: (name: string) => Promise<AddressAnswer>,
        readonly ignoresTtl: boolean,
    ) {}

    /** @throws DnsError */
    async resolve(name: string): Promise<Resolution> {
        const now = this.clock.now();
        const entry = this.#entries.get(name);
        if (entry !== undefined && now < entry.forgottenMs) {
            return { addresses: entry.answer.addresses, stale: now >= entry.expiresMs };
        }
        const asking = this.#asking.get(name) ?? this.#fetch(name);
        this.#asking.set(name, asking);
        try {
            return await asking;
        } finally {
            this.#asking.delete(name);
        }
    }

    async #fetch(name: string): Promise<Resolution> {
        const answer = await this.ask(name);
        const now = this.clock.now();
        const expiresMs = now + answer.ttl * 1000;
        this.#entries.set(name, {
            answer,
            expiresMs,
            forgottenMs: this.ignoresTtl ? Math.max(expiresMs, now + pinnedMs) : expiresMs,
        });
        return { addresses: answer.addresses, stale: false };
    }
}
