/** A moment of a hybrid clock: near to physical time, and never against causality. */
export interface HybridTimestamp {
    /** Milliseconds since the epoch, below 2^48. */
    readonly wallMs: number;
    /** Orders what falls into one millisecond, below 2^16. */
    readonly logical: number;
}

export interface HybridClockOptions {
    /** The machine's clock, milliseconds since the epoch; it may stand still or go back. */
    readonly physicalMs: () => number;
    /** Most that a timestamp may be ahead of the machine's clock, milliseconds. Above the machines' skew. */
    readonly maxAheadMs: number;
    /** What the clock said last before a restart, so that it never says it again. @default none */
    readonly last?: HybridTimestamp;
}

/** Thrown for a remote timestamp from too far ahead; taking it would drag every clock along. */
export class RemoteClockAheadError extends Error {
    override readonly name = "RemoteClockAheadError";
    constructor(
        readonly aheadMs: number,
        readonly maxAheadMs: number,
    ) {
        super(
            `a remote timestamp is ${aheadMs} ms ahead of this machine's clock, and at most ${maxAheadMs} ms are taken: set the clock of one of the two machines right`,
        );
    }
}

/** Thrown when the machine's clock is so far behind what was said already that nobody would take more. */
export class LocalClockBehindError extends Error {
    override readonly name = "LocalClockBehindError";
    constructor(
        readonly behindMs: number,
        readonly maxAheadMs: number,
    ) {
        super(
            `this machine's clock is ${behindMs} ms behind its own last timestamp, and at most ${maxAheadMs} ms are bridged: it was set back; set it right, or wait`,
        );
    }
}

/** Thrown for what is no timestamp, or no reading of a clock. */
export class MalformedTimestampError extends Error {
    override readonly name = "MalformedTimestampError";
}

const wallLimit = 2 ** 48;
const logicalLimit = 2 ** 16;
const textPattern = /^[0-9a-f]{16}$/;

/**
 * A hybrid logical clock: every timestamp is greater than each one that this clock has said or seen, and
 * at most `maxAheadMs` ahead of physical time. Constant space and time.
 *
 * One clock belongs to one writer. Two processes may say the same timestamp, so that a tie is broken by
 * the writer's name, which has to be its own.
 *
 * @see Kulkarni, Demirbas, Madappa, Avva and Leone, "Logical Physical Clocks and Consistent Snapshots in
 *   Globally Distributed Databases", OPODIS 2014, figure 5. One difference: a full logical part goes on in
 *   the next millisecond, which the bound on being ahead still limits.
 */
export class HybridClock {
    #last: HybridTimestamp;
    readonly #physicalMs: () => number;
    readonly #maxAheadMs: number;

    /** @throws MalformedTimestampError for a `last` or a `maxAheadMs` that cannot be */
    constructor({ physicalMs, maxAheadMs, last = { wallMs: 0, logical: 0 } }: HybridClockOptions) {
        checkTimestamp(last);
        if (!Number.isSafeInteger(maxAheadMs) || maxAheadMs < 0) {
            throw new MalformedTimestampError(
                `maxAheadMs cannot be ${maxAheadMs}: it is a whole number of milliseconds, 0 or more`,
            );
        }
        this.#physicalMs = physicalMs;
        this.#maxAheadMs = maxAheadMs;
        this.#last = last;
    }

    /** What the clock said or saw last: keep it over a restart. */
    get last(): HybridTimestamp {
        return this.#last;
    }

    /** The timestamp of something that happens here. @throws LocalClockBehindError, MalformedTimestampError */
    now(): HybridTimestamp {
        return this.#advance(this.#physical(), this.#last);
    }

    /**
     * The timestamp of something that comes after a message: greater than the message's own.
     *
     * @throws RemoteClockAheadError, LocalClockBehindError, MalformedTimestampError; the clock is then as before
     */
    update(remote: HybridTimestamp): HybridTimestamp {
        checkTimestamp(remote);
        const physical = this.#physical();
        const aheadMs = remote.wallMs - physical;
        if (aheadMs > this.#maxAheadMs) {
            throw new RemoteClockAheadError(aheadMs, this.#maxAheadMs);
        }
        return this.#advance(
            physical,
            compareTimestamps(remote, this.#last) > 0 ? remote : this.#last,
        );
    }

    /** The least timestamp that is greater than `floor` and not before physical time. */
    #advance(physical: number, floor: HybridTimestamp): HybridTimestamp {
        const next =
            physical > floor.wallMs
                ? { wallMs: physical, logical: 0 }
                : floor.logical + 1 < logicalLimit
                  ? { wallMs: floor.wallMs, logical: floor.logical + 1 }
                  : { wallMs: floor.wallMs + 1, logical: 0 };
        const aheadMs = next.wallMs - physical;
        if (aheadMs > this.#maxAheadMs) {
            throw new LocalClockBehindError(aheadMs, this.#maxAheadMs);
        }
        checkTimestamp(next);
        this.#last = next;
        return next;
    }

    #physical(): number {
        const wallMs = Math.floor(this.#physicalMs());
        checkTimestamp({ wallMs, logical: 0 });
        return wallMs;
    }
}

/** Negative, 0 or positive, as the first one is before, the same as or after the second one. */
export function compareTimestamps(a: HybridTimestamp, b: HybridTimestamp): number {
    return a.wallMs - b.wallMs || a.logical - b.logical;
}

/** 16 hexadecimal digits, 12 of milliseconds and 4 of the logical part: texts sort as timestamps do. */
export function formatTimestamp(timestamp: HybridTimestamp): string {
    checkTimestamp(timestamp);
    const { wallMs, logical } = timestamp;
    return wallMs.toString(16).padStart(12, "0") + logical.toString(16).padStart(4, "0");
}

/** The inverse of `formatTimestamp`. @throws MalformedTimestampError */
export function parseTimestamp(text: string): HybridTimestamp {
    if (!textPattern.test(text)) {
        throw new MalformedTimestampError(
            `${JSON.stringify(text)} is no timestamp: it must be 16 hexadecimal digits in lower case, such as 0199d2b3c4000000`,
        );
    }
    return {
        wallMs: parseInt(text.slice(0, 12), 16),
        logical: parseInt(text.slice(12), 16),
    };
}

/** @throws MalformedTimestampError */
export function checkTimestamp({ wallMs, logical }: HybridTimestamp): void {
    if (!Number.isInteger(wallMs) || wallMs < 0 || wallMs >= wallLimit) {
        throw new MalformedTimestampError(
            `a timestamp cannot have ${wallMs} ms: they are an integer from 0 to 2^48 - 1`,
        );
    }
    if (!Number.isInteger(logical) || logical < 0 || logical >= logicalLimit) {
        throw new MalformedTimestampError(
            `a timestamp cannot have the logical part ${logical}: it is an integer from 0 to 2^16 - 1`,
        );
    }
}
