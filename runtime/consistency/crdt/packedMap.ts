import { ByteWriter, textLength } from "../bytes";
import { parseDot } from "../dottedVersion";
import { compareText } from "../replica";
import type { OrMap } from "./orMap";

/** The first byte: what comes after it has this form. */
export const packedForm = 1;
/** From here on a length is told apart from the byte that it shares. */
export const longLength = 15;
/** Amounts from 1 to below this are told by the byte that says whose they are. */
export const largeAmount = 7;

/** A dot of a line: the place of its replica in the table, and its counter. */
export interface PackedLine {
    readonly key: string;
    readonly amount: number;
    readonly index: number;
    readonly counter: number;
}

/**
 * A map of quantities in few bytes. Equal maps have equal bytes, whatever order they were merged in.
 *
 * After the form come the replicas, sorted, each with its name and up to where everything of it was heard
 * of; the dots beyond; the contributions' number; and the keys, sorted, each by how much it has in common
 * with the one before and the rest of it, with its contributions. A contribution is one number that says
 * whose it is, whether another one follows, and how much it is, if that is little; and how far its counter
 * is from the one before of the same replica. Numbers have a variable length. O(lines log lines).
 *
 * @throws MalformedBytesError for a key that is no well-formed Unicode; RangeError for a contribution that was
 *   set, which this form does not know
 */
export function packMap(map: OrMap): Uint8Array {
    const beyond = [...map.heard.beyond].map(parseDot);
    const replicas = [
        ...new Set([...map.heard.vector.replicas, ...beyond.map(({ replica }) => replica)]),
    ].sort(compareText);
    const places = new Map(replicas.map((name, index) => [name, index]));
    const placeOf = (replica: string): number => places.get(replica) as number;

    const out = new ByteWriter();
    out.writeByte(packedForm);
    out.writeCount(replicas.length);
    for (const replica of replicas) {
        out.writeCount(replica.length);
        out.writeText(replica, replica.length);
        out.writeCount(map.heard.vector.get(replica));
    }
    out.writeCount(beyond.length);
    for (const { replica, counter } of beyond.sort(
        (a, b) => placeOf(a.replica) - placeOf(b.replica) || a.counter - b.counter,
    )) {
        out.writeCount(placeOf(replica));
        out.writeCount(counter);
    }
    writeLines(out, linesOf(map, placeOf), replicas.length);
    return out.finish();
}

/** By key, replica and counter. */
function linesOf({ lines }: OrMap, placeOf: (replica: string) => number): readonly PackedLine[] {
    const sorted: PackedLine[] = [];
    for (const [text, { key, amount, isSet }] of lines) {
        if (isSet === true) {
            throw new RangeError(`the line ${JSON.stringify(key)} was set: pack what is added`);
        }
        // The dots of a state were checked when it was made.
        const at = text.lastIndexOf(":");
        const index = placeOf(text.slice(0, at));
        sorted.push({ key, amount, index, counter: Number(text.slice(at + 1)) });
    }
    return sorted.sort((a, b) =>
        a.key === b.key ? a.index - b.index || a.counter - b.counter : a.key < b.key ? -1 : 1,
    );
}

function writeLines(out: ByteWriter, lines: readonly PackedLine[], replicas: number): void {
    const last = new Array<number>(replicas).fill(0);
    out.writeCount(lines.length);
    let key = "";
    for (const [at, line] of lines.entries()) {
        if (at === 0 || line.key !== key) {
            writeKey(out, key, line.key);
            key = line.key;
        }
        const more = lines[at + 1]?.key === key ? 1 : 0;
        const step = line.counter - (last[line.index] as number);
        const amount = line.amount < 1 ? 0 : Math.min(line.amount, largeAmount);
        out.writeCount(((amount * replicas + line.index) * 2 + more) * 2 + (step < 0 ? 1 : 0));
        out.writeCount(Math.abs(step));
        if (amount === 0 || amount === largeAmount) {
            out.writeCount(amount === 0 ? -line.amount : line.amount - largeAmount);
        }
        last[line.index] = line.counter;
    }
}

function writeKey(out: ByteWriter, before: string, key: string): void {
    const common = commonLength(before, key);
    const rest = key.slice(common);
    const length = textLength(rest);
    out.writeByte(16 * Math.min(common, longLength) + Math.min(length, longLength));
    if (common >= longLength) {
        out.writeCount(common - longLength);
    }
    if (length >= longLength) {
        out.writeCount(length - longLength);
    }
    out.writeText(rest, length);
}

/** In code units, and never in the middle of a surrogate pair. */
export function commonLength(a: string, b: string): number {
    const most = Math.min(a.length, b.length);
    let length = 0;
    while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) {
        length++;
    }
    return length > 0 && (a.charCodeAt(length - 1) & 0xfc00) === 0xd800 ? length - 1 : length;
}
