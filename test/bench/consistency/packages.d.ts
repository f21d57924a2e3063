/** The parts that are compared; the packages come without types. */
declare module "crdts" {
    interface Operation {
        readonly value: string;
        readonly added: ReadonlySet<string>;
        readonly removed: ReadonlySet<string>;
    }
    interface StoredSet {
        readonly values: readonly {
            readonly value: string;
            readonly added: readonly string[];
            readonly removed: readonly string[];
        }[];
    }
    export class ORSet {
        readonly _operations: readonly Operation[];
        static from(json: StoredSet): ORSet;
        add(value: string, tag: string): void;
        remove(value: string): void;
        merge(other: Pick<ORSet, "_operations">): void;
        values(): IterableIterator<string>;
        toJSON(): StoredSet;
    }
    type Counters = Record<string, number>;
    export class PNCounter {
        readonly id: string;
        readonly p: { readonly _counters: Counters };
        readonly n: { readonly _counters: Counters };
        readonly value: number;
        constructor(id: string, added?: Counters, removed?: Counters);
        static from(json: { id: string; p: Counters; n: Counters }): PNCounter;
        merge(other: PNCounter): void;
        toJSON(): { id: string; p: Counters; n: Counters };
    }
}

declare module "vectorclock" {
    type Clock = Readonly<Record<string, number>>;
    /** 0 for equal ones and for concurrent ones. */
    export function compare(a: Clock, b: Clock): -1 | 0 | 1;
    export function isIdentical(a: Clock, b: Clock): boolean;
    export function merge(a: Clock, b: Clock): Clock;
}
