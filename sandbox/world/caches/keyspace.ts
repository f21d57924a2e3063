/** One key as it is written, here or on the primary. */
export interface Write {
    readonly key: string;
    /** Undefined for a delete. */
    readonly value: Buffer | undefined;
    /** World milliseconds after which the key is gone. @default never */
    readonly expiresAtMs?: number;
}

interface Held {
    readonly value: Buffer;
    readonly expiresAtMs: number | undefined;
}

/** The keys of one cluster, in memory: what is switched off is forgotten. */
export class Keyspace {
    readonly #held = new Map<string, Held>();

    constructor(private readonly now: () => number) {}

    get(key: string): Buffer | undefined {
        return this.#alive(key)?.value;
    }

    /** World milliseconds after which the key is gone; null when never, undefined when there is no such key. */
    expiresAtMs(key: string): number | null | undefined {
        const held = this.#alive(key);
        return held === undefined ? undefined : (held.expiresAtMs ?? null);
    }

    apply({ key, value, expiresAtMs }: Write): void {
        if (value === undefined) {
            this.#held.delete(key);
        } else {
            this.#held.set(key, { value, expiresAtMs });
        }
    }

    /** Keys that have not expired, as the writes that would make them. */
    entries(): readonly Write[] {
        return [...this.#held.keys()].flatMap((key) => {
            const held = this.#alive(key);
            return held === undefined
                ? []
                : [
                      {
                          key,
                          value: held.value,
                          ...(held.expiresAtMs === undefined
                              ? {}
                              : { expiresAtMs: held.expiresAtMs }),
                      },
                  ];
        });
    }

    /** Forgets everything; says how many keys there were. */
    clear(): number {
        const count = this.entries().length;
        this.#held.clear();
        return count;
    }

    #alive(key: string): Held | undefined {
        const held = this.#held.get(key);
        if (held?.expiresAtMs !== undefined && held.expiresAtMs <= this.now()) {
            this.#held.delete(key);
            return undefined;
        }
        return held;
    }
}
