/** Thrown for an item that is not in the form that the store writes. Nothing was written. */
export class CorruptItemError extends Error {
    override readonly name = "CorruptItemError";
    constructor(item: string, problem: string, cause?: unknown) {
        super(
            `${item} is corrupt: ${problem}; restore it from another region's copy or from a backup`,
            { cause },
        );
    }
}

/** Thrown for an item that DynamoDB would not take. Nothing was written. */
export class OversizedItemError extends Error {
    override readonly name = "OversizedItemError";
    constructor(
        item: string,
        readonly bytes: number,
        readonly mostBytes: number,
    ) {
        super(
            `${item} would take ${bytes} bytes, and an item has at most ${mostBytes}: split it over several keys`,
        );
    }
}

/** Thrown for a key or a value that the store does not keep. Nothing was written. */
export class StoreInputError extends Error {
    override readonly name = "StoreInputError";
}

/** Thrown for a kind that `kinds.ts` does not state. Nothing was written. */
export class UnknownKindError extends Error {
    override readonly name = "UnknownKindError";
    constructor(kind: unknown, known: readonly string[]) {
        super(
            `no write mode is stated for items of the kind ${JSON.stringify(kind)}: use one of ${known.join(", ")}, or state it in kinds.ts`,
        );
    }
}

/** Thrown for a home-region item whose home cannot be told. Nothing was written. */
export class NoHomeError extends Error {
    override readonly name = "NoHomeError";
    constructor(item: string, home: unknown, homes: readonly string[]) {
        super(
            `${item} has no home: ${JSON.stringify(home)} is none of ${homes.join(", ")}; an item's home never changes, only who keeps it`,
        );
    }
}

/** Thrown when an item was written under a later epoch than the writer's: its lease is history. Nothing was written. */
export class StaleEpochError extends Error {
    override readonly name = "StaleEpochError";
    constructor(
        item: string,
        readonly epoch: number,
        readonly itemEpoch: number,
    ) {
        super(
            `${item} was written under epoch ${itemEpoch}, and epoch ${epoch} is over: its home has another owner, ask for it again`,
        );
    }
}
