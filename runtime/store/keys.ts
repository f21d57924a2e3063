import { createHash } from "node:crypto";

import { checkReplica, compareText } from "../consistency/replica";
import { NoHomeError, StoreInputError } from "./errors";
import { modeOf, type Kind } from "./kinds";

/** An item, as its users name it. */
export interface Key {
    readonly pk: string;
    readonly sk: string;
}

/** Bytes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys */
const mostKeyBytes = { pk: 2048, sk: 1024 };
const keyPatterns = { pk: /^[\x21-\x7e]{1,1024}$/, sk: /^[\x21-\x7e]{1,512}$/ };
/** Of the store's own records: who keeps homes, conflicts, and what was taken of stock. */
const reservedPattern = /^(?:HOME|CONFLICT|TAKE)#/;
/**
 * What comes before `#<region>`. Every character of it sorts after `#`, so that a query finds the items of
 * all regions next to each other.
 */
const regionalSortKey = /^[A-Za-z0-9_.:-]{1,512}$/;

/** @throws StoreInputError, UnknownKindError */
export function checkKey(kind: Kind, { pk, sk }: Key): void {
    const mergeable = modeOf(kind) !== "home-region";
    if (!keyPatterns.pk.test(pk)) {
        throw new StoreInputError(
            `a partition key cannot be ${JSON.stringify(pk)}: use 1 to 1024 printable ASCII characters, no blanks`,
        );
    }
    if (reservedPattern.test(pk)) {
        throw new StoreInputError(
            `a partition key cannot be ${JSON.stringify(pk)}: what begins with HOME#, CONFLICT# or TAKE# is the store's own`,
        );
    }
    if (!(mergeable ? regionalSortKey : keyPatterns.sk).test(sk)) {
        throw new StoreInputError(
            `the sort key of a ${kind} cannot be ${JSON.stringify(sk)}: use 1 to 512 ${mergeable ? 'of A-Z, a-z, 0-9, "_", ".", ":" and "-"' : "printable ASCII characters, no blanks"}`,
        );
    }
}

/**
 * For a key that is made of several parts, each of which may be as long as it likes.
 *
 * @param what is kept under it
 * @throws StoreInputError
 */
export function checkStoredKey(what: string, { pk, sk }: Key): void {
    for (const [name, text, most] of [
        ["partition", pk, mostKeyBytes.pk],
        ["sort", sk, mostKeyBytes.sk],
    ] as const) {
        const bytes = Buffer.byteLength(text);
        if (bytes === 0 || bytes > most) {
            throw new StoreInputError(
                `${what} would have a ${name} key of ${bytes} bytes, and DynamoDB takes 1 to ${most}: shorten what it is made of`,
            );
        }
    }
}

export function describeKey(kind: string, { pk, sk }: Key): string {
    return `the ${kind} ${pk} ${sk}`;
}

/** The item that a region writes of an item that merges. */
export function regionalKey({ pk, sk }: Key, region: string): Key {
    return { pk, sk: `${sk}#${region}` };
}

/** The inverse of `regionalKey`; undefined for what has no region. */
export function splitRegionalKey({
    pk,
    sk,
}: Key): { readonly key: Key; readonly region: string } | undefined {
    const at = sk.lastIndexOf("#");
    return at < 0 ? undefined : { key: { pk, sk: sk.slice(0, at) }, region: sk.slice(at + 1) };
}

/**
 * The home of a key: what its partition key names after a `~`, such as `PROFILE#7~eu-west-1`, or else the
 * one that rendezvous hashing chooses. Every region gets the same answer from the key alone, so that two of
 * them cannot both create an item, and it never changes, as long as the list of homes does not.
 *
 * @param homes their names, which are those of the regions that keep them when all is well. A region that
 *   is added later serves without a home of its own: a longer list would move existing keys.
 * @throws NoHomeError
 * @see Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM ToN 6(1), 1998
 */
export function homeOf({ pk, sk }: Key, homes: readonly string[]): string {
    const at = pk.lastIndexOf("~");
    if (at >= 0) {
        const named = pk.slice(at + 1);
        if (!homes.includes(named)) {
            throw new NoHomeError(`${pk} ${sk}`, named, homes);
        }
        return named;
    }
    let [chosen, best] = ["", ""];
    for (const home of homes) {
        const weight = createHash("sha256").update(`${home}\n${pk}`).digest("hex");
        if (weight > best) {
            [chosen, best] = [home, weight];
        }
    }
    return chosen;
}

/**
 * The order in which regions are responsible for a home: its own region, then the others, each home's in an
 * order of its own, so that a lost region's homes are not all one other region's.
 */
export function succession(home: string, regions: readonly string[]): readonly string[] {
    const rank = (region: string): string =>
        region === home ? "" : createHash("sha256").update(`${home}>${region}`).digest("hex");
    return [...regions].sort((a, b) => compareText(rank(a), rank(b)));
}

/** @throws StoreInputError, ReplicaNameError */
export function checkRegions(regions: readonly string[], homes: readonly string[]): void {
    [...regions, ...homes].forEach(checkReplica);
    for (const [what, names] of Object.entries({ regions, homes })) {
        if (names.length === 0 || new Set(names).size !== names.length) {
            throw new StoreInputError(
                `the ${what} cannot be ${JSON.stringify(names)}: name at least one, each once`,
            );
        }
    }
}
