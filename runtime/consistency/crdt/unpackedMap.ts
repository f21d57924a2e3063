import { ByteReader, MalformedBytesError } from "../bytes";
import { CausalContext } from "../causalContext";
import { formatDot, parseDot } from "../dottedVersion";
import { checkReplica, compareText } from "../replica";
import { VersionVector } from "../versionVector";
import type { Contribution, OrMap } from "./orMap";
import { commonLength, largeAmount, longLength, packedForm } from "./packedMap";

/**
 * The inverse of `packMap`. Takes its one form and no other: a state that is half understood, merged and
 * written back would carry the damage to every replica.
 *
 * @throws MalformedBytesError that says what is wrong; ReplicaNameError, MalformedVectorError, VectorSizeError
 */
export function unpackMap(bytes: Uint8Array): OrMap {
    const from = new ByteReader(bytes);
    const form = from.readByte();
    if (form !== packedForm) {
        throw new MalformedBytesError(
            `the state's bytes have form ${form}: it must be ${packedForm}`,
        );
    }
    const { replicas, heard } = readHeard(from);
    const lines = readLines(from, replicas, heard);
    if (!from.atEnd) {
        throw new MalformedBytesError("the state's bytes go on after its end");
    }
    return { lines, heard };
}

function readHeard(from: ByteReader): {
    readonly replicas: readonly string[];
    readonly heard: CausalContext;
} {
    const replicas: string[] = [];
    const counters: Record<string, number> = {};
    for (let left = from.readCount(); left > 0; left--) {
        const replica = from.readText(from.readCount());
        checkReplica(replica);
        inOrder("the replica", replicas.at(-1), replica);
        replicas.push(replica);
        counters[replica] = from.readCount();
    }
    const beyond: string[] = [];
    let [lastIndex, lastCounter] = [0, 0];
    for (let left = from.readCount(); left > 0; left--) {
        const [index, counter] = [from.readCount(), from.readCount()];
        if (index < lastIndex || (index === lastIndex && counter <= lastCounter)) {
            throw new MalformedBytesError("the dots beyond a gap must be there once each, sorted");
        }
        [lastIndex, lastCounter] = [index, counter];
        const dot = formatDot({ replica: nameOf(replicas, index), counter });
        parseDot(dot);
        beyond.push(dot);
    }
    const heard = CausalContext.from(VersionVector.of(counters), beyond);
    if (heard.beyond.size < beyond.length) {
        throw new MalformedBytesError("a dot beyond a gap has no gap before it");
    }
    const gapped = new Set(beyond.map((dot) => parseDot(dot).replica));
    const idle = replicas.find((replica) => counters[replica] === 0 && !gapped.has(replica));
    if (idle !== undefined) {
        throw new MalformedBytesError(`the replica ${idle} is named, and nothing of it is known`);
    }
    return { replicas, heard };
}

function readLines(
    from: ByteReader,
    replicas: readonly string[],
    heard: CausalContext,
): ReadonlyMap<string, Contribution> {
    const lines = new Map<string, Contribution>();
    const reached = replicas.map((replica) => heard.vector.get(replica));
    const last = replicas.map(() => 0);
    let key: string | undefined;
    let [more, lastIndex] = [0, 0];
    const count = from.readCount();
    for (let left = count; left > 0; left--) {
        const next: string = more === 1 ? (key as string) : readKey(from, key);
        const head = from.readCount();
        const back = head % 2;
        const index = Math.floor(head / 4) % replicas.length;
        const replica = nameOf(replicas, index);
        const step = from.readCount();
        const counter = (last[index] as number) + (back === 1 ? -step : step);
        if (more === 1 && (index < lastIndex || (index === lastIndex && step * (1 - back) === 0))) {
            throw new MalformedBytesError(
                `the contributions to ${JSON.stringify(next)} must be there once each, sorted`,
            );
        }
        const dot = `${replica}:${counter}`;
        if (counter < 1 || counter > (reached[index] as number)) {
            if (!heard.beyond.has(dot)) {
                throw new MalformedBytesError(`${dot} is there, and was not heard of`);
            }
        }
        if ((back === 1 && step === 0) || lines.has(dot)) {
            throw new MalformedBytesError(`${dot} is there twice, or not in its one form`);
        }
        const amount = readAmount(from, Math.floor(head / 4 / replicas.length));
        lines.set(dot, { key: next, amount });
        [key, more, lastIndex, last[index]] = [next, Math.floor(head / 2) % 2, index, counter];
    }
    if (more === 1) {
        throw new MalformedBytesError("the last contribution says that another one follows");
    }
    return lines;
}

function readAmount(from: ByteReader, small: number): number {
    if (small === 0) {
        const below = from.readCount();
        return below === 0 ? 0 : -below;
    }
    if (small < largeAmount) {
        return small;
    }
    const amount = small + from.readCount();
    if (small > largeAmount || !Number.isSafeInteger(amount)) {
        throw new MalformedBytesError(`an amount cannot be ${amount}: it must be a safe integer`);
    }
    return amount;
}

function readKey(from: ByteReader, before: string | undefined): string {
    const lengths = from.readByte();
    const common = readLength(from, Math.floor(lengths / 16));
    const rest = from.readText(readLength(from, lengths % 16));
    const key = (before ?? "").slice(0, common) + rest;
    if (common !== commonLength(before ?? "", key)) {
        throw new MalformedBytesError(
            `the key ${JSON.stringify(key)} has not in common with the one before what it says`,
        );
    }
    inOrder("the key", before, key);
    return key;
}

function readLength(from: ByteReader, short: number): number {
    return short < longLength ? short : longLength + from.readCount();
}

function nameOf(replicas: readonly string[], index: number): string {
    const name = replicas[index];
    if (name === undefined) {
        throw new MalformedBytesError(`there are ${replicas.length} replicas, and none ${index}`);
    }
    return name;
}

function inOrder(what: string, before: string | undefined, text: string): void {
    if (before !== undefined && compareText(before, text) >= 0) {
        throw new MalformedBytesError(
            `${what} ${JSON.stringify(text)} comes after ${JSON.stringify(before)}: each must be there once, sorted`,
        );
    }
}
