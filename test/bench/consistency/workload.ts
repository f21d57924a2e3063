/** Contributions to the lines of a cart, which two replicas know and then change without each other. */
export interface CartScript {
    /** At least two; the first changes `mine`, the second `theirs`. */
    readonly replicas: readonly string[];
    /** What every replica has put in before. */
    readonly shared: readonly LineChange[];
    readonly mine: readonly LineChange[];
    readonly theirs: readonly LineChange[];
}

/** A replica's own part of a line's quantity from now on; 0 removes the line, as far as it is seen. */
export interface LineChange {
    readonly replica: string;
    readonly sku: string;
    readonly amount: number;
}

export interface CounterScript {
    readonly replicas: readonly string[];
    /** What every replica has added and taken away, known to both. */
    readonly shared: readonly CounterChange[];
    readonly mine: CounterChange;
    readonly theirs: CounterChange;
}

export interface CounterChange {
    readonly replica: string;
    readonly added: number;
    readonly removed: number;
}

const regions = ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"];

/** Names as regions have them; the platform's own four first. */
export function replicaNames(count: number): readonly string[] {
    return Array.from({ length: count }, (_, i) => regions[i] ?? `eu-north-${i}`);
}

/**
 * A cart of so many lines, each put in by one of the replicas in turn, or by all of them. Each of the two
 * then changes `changes` lines, adds as many and removes as many, no line of the other's.
 */
export function cartScript(
    lines: number,
    replicas: readonly string[],
    changes = 1,
    by: "one" | "all" = "one",
): CartScript {
    const random = randomNumbers(lines * 31 + replicas.length);
    const skus = Array.from({ length: lines + 2 * changes }, (_, i) => skuOf(i, random));
    const shared = skus
        .slice(0, lines)
        .flatMap((sku, line) =>
            (by === "all" ? replicas : [replicas[line % replicas.length] as string]).map(
                (replica) => ({ replica, sku, amount: 1 + (random() % 3) }),
            ),
        );
    const touched = spread(lines, 4 * changes);
    const side = (which: 0 | 1): readonly LineChange[] =>
        Array.from({ length: changes }, (_, i) => i).flatMap((i) => {
            const replica = replicas[which] as string;
            const at = (part: number): string =>
                skus[touched[(4 * i + 2 * which + part) % touched.length] as number] as string;
            return [
                { replica, sku: at(0), amount: 2 + (random() % 3) },
                { replica, sku: skus[lines + 2 * i + which] as string, amount: 1 },
                { replica, sku: at(1), amount: 0 },
            ];
        });
    return { replicas, shared, mine: side(0), theirs: side(1) };
}

export function counterScript(replicas: readonly string[]): CounterScript {
    const shared = replicas.map((replica, i) => ({
        replica,
        added: 1000 + i,
        removed: 100 + i,
    }));
    const [mine, theirs] = shared as [CounterChange, CounterChange];
    return {
        replicas,
        shared,
        mine: { ...mine, added: mine.added + 5 },
        theirs: { ...theirs, removed: theirs.removed + 3 },
    };
}

/** Two vectors that stand to each other as asked. */
export function vectorPair(
    replicas: readonly string[],
    order: "before" | "after" | "equal" | "concurrent",
): readonly [Readonly<Record<string, number>>, Readonly<Record<string, number>>] {
    const counters = (more: number, at: number): Readonly<Record<string, number>> =>
        Object.fromEntries(replicas.map((name, i) => [name, 1000 + 7 * i + (i === at ? more : 0)]));
    const [plain, ahead] = [counters(0, 0), counters(1, replicas.length - 1)];
    switch (order) {
        case "equal":
            return [plain, counters(0, 0)];
        case "before":
            return [plain, ahead];
        case "after":
            return [ahead, plain];
        case "concurrent":
            return [counters(1, 0), ahead];
    }
}

/** So many different places among so many, as far apart as they can be; all of them, if there are too few. */
function spread(places: number, count: number): readonly number[] {
    return places <= count
        ? Array.from({ length: places }, (_, i) => i)
        : Array.from({ length: count }, (_, i) => Math.floor((i * places) / count));
}

const nouns = ["lamp", "mug", "bag", "pen", "book", "chair", "clock", "kettle"];

/** As the catalogue's are: a noun and a number. */
function skuOf(index: number, random: () => number): string {
    return `${nouns[random() % nouns.length] as string}-${String(index).padStart(2, "0")}`;
}

/** The same numbers for the same seed, below 2^15: a linear congruential generator. */
function randomNumbers(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        return state >>> 17;
    };
}
