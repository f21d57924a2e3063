import { expect } from "chai";
import fc from "fast-check";

import { VersionVector } from "../../../../runtime/consistency/versionVector";

export const replicas = ["ap-east-1", "eu-west-1", "us-east-1"] as const;
export type Replica = (typeof replicas)[number];

/** A replicated data type, as the laws see it. */
export interface Replicated<S, O> {
    /** What a replica begins with. */
    readonly initial: S;
    readonly operations: fc.Arbitrary<O>;
    /** The delta of an operation at a replica; undefined when the type refuses the operation there. */
    readonly delta: (state: S, replica: Replica, operation: O) => S | undefined;
    readonly merge: (a: S, b: S) => S;
    /** The order in which states grow, written without `merge`. */
    readonly atMost: (a: S, b: S) => boolean;
}

export interface History<S> {
    /** Of each replica at the end. */
    readonly states: readonly S[];
    readonly deltas: readonly S[];
    /** Every state that there was, and every delta. */
    readonly seen: readonly S[];
}

type Step<O> =
    | { readonly kind: "operation"; readonly at: number; readonly operation: O }
    | { readonly kind: "state"; readonly at: number; readonly from: number }
    | { readonly kind: "delta"; readonly at: number; readonly delta: number };

/** What three replicas do and hear of each other: states, and deltas late, lost and repeated. */
export function histories<S, O>(type: Replicated<S, O>, maxLength = 12): fc.Arbitrary<History<S>> {
    const at = fc.nat(replicas.length - 1);
    const step: fc.Arbitrary<Step<O>> = fc.oneof(
        {
            weight: 4,
            arbitrary: fc.record({
                kind: fc.constant("operation" as const),
                at,
                operation: type.operations,
            }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("state" as const), at, from: at }) },
        {
            weight: 2,
            arbitrary: fc.record({ kind: fc.constant("delta" as const), at, delta: fc.nat() }),
        },
    );
    return fc.array(step, { maxLength }).map((script) => play(type, script));
}

function play<S, O>(type: Replicated<S, O>, script: readonly Step<O>[]): History<S> {
    const states: S[] = replicas.map(() => type.initial);
    const [deltas, seen]: [S[], S[]] = [[], [type.initial]];
    for (const step of script) {
        const own = states[step.at] as S;
        const news =
            step.kind === "operation"
                ? type.delta(own, replicas[step.at] as Replica, step.operation)
                : step.kind === "state"
                  ? states[step.from]
                  : deltas[step.delta % deltas.length];
        if (news === undefined) {
            continue;
        }
        if (step.kind === "operation") {
            deltas.push(news);
            seen.push(news);
        }
        const next = type.merge(own, news);
        states[step.at] = next;
        seen.push(next);
    }
    return { states, deltas, seen };
}

/** The laws of a delta-state replicated data type, on histories that can happen. */
export function itKeepsTheLaws<S, O>(type: Replicated<S, O>, numRuns: number): void {
    const { merge, initial } = type;
    const drawn = fc.tuple(histories(type), fc.array(fc.nat(), { minLength: 3, maxLength: 3 }));
    const pick = ([{ seen }, picks]: readonly [History<S>, readonly number[]]): [S, S, S] =>
        picks.map((n) => seen[n % seen.length]) as [S, S, S];

    it("merges commutatively, associatively and idempotently", () => {
        fc.assert(
            fc.property(drawn, (draw) => {
                const [a, b, c] = pick(draw);
                same(merge(a, b), merge(b, a));
                same(merge(a, merge(b, c)), merge(merge(a, b), c));
                same(merge(a, a), a);
                same(merge(merge(a, b), b), merge(a, b));
                same(merge(initial, a), a);
            }),
            { numRuns },
        );
    });

    it("only grows, by merging and by operations, and no more than it must", () => {
        fc.assert(
            fc.property(drawn, type.operations, fc.nat(2), (draw, operation, at) => {
                const [a, b, c] = pick(draw);
                const merged = merge(a, b);
                expect(type.atMost(a, merged) && type.atMost(b, merged)).to.equal(true);
                if (type.atMost(a, c) && type.atMost(b, c)) {
                    expect(type.atMost(merged, c)).to.equal(true);
                }
                const own = draw[0].states[at] as S;
                const delta = type.delta(own, replicas[at] as Replica, operation);
                if (delta !== undefined) {
                    expect(type.atMost(own, merge(own, delta))).to.equal(true);
                }
            }),
            { numRuns },
        );
    });

    it("converges by deltas in any order and number, to what full states converge to", () => {
        const orders = fc.array(fc.array(fc.nat()), { minLength: 2, maxLength: 2 });
        fc.assert(
            fc.property(histories(type), orders, ({ states, deltas }, [one = [], two = []]) => {
                const whole = states.reduce(merge, initial);
                for (const order of [one, two]) {
                    const heard = shuffled(deltas, order);
                    same(heard.reduce(merge, initial), whole);
                    same(heard.reduce(merge, states[order.length % states.length] as S), whole);
                }
            }),
            { numRuns },
        );
    });
}

/** All of the items, in an order and with repetitions that the numbers say. */
function shuffled<T>(items: readonly T[], numbers: readonly number[]): readonly T[] {
    const left = [...items];
    const [mixed, repeated]: [T[], T[]] = [[], []];
    for (let i = 0; left.length > 0; i++) {
        const n = numbers[i] ?? i;
        const [item] = left.splice(n % left.length, 1) as [T];
        mixed.push(item);
        if (n % 2 === 1) {
            repeated.push(item);
            mixed.push(repeated[n % repeated.length] as T);
        }
    }
    return mixed;
}

export function same(a: unknown, b: unknown): void {
    const [one, two] = [canonical(a), canonical(b)];
    // Not `expect` alone: most pairs are the same, and an assertion costs more than comparing texts.
    if (one !== two) {
        expect(one).to.equal(two);
    }
}

/** One text for each value, whatever the order of its maps. */
export function canonical(value: unknown): string {
    if (value instanceof VersionVector) {
        return `<${value}>`;
    }
    if (value instanceof Map) {
        return `{${[...(value as Map<unknown, unknown>)]
            .map(([key, one]) => `${canonical(key)}=${canonical(one)}`)
            .sort()
            .join()}}`;
    }
    if (value instanceof Set) {
        return `{${[...(value as Set<unknown>)].map(canonical).sort().join()}}`;
    }
    if (Array.isArray(value)) {
        return `[${value.map(canonical).join()}]`;
    }
    if (typeof value === "object" && value !== null) {
        return canonical(new Map(Object.entries(value)));
    }
    return JSON.stringify(value) ?? "undefined";
}

/** Whether each counter is at most the other map's. */
export function countersAtMost(
    a: ReadonlyMap<string, number>,
    b: ReadonlyMap<string, number>,
): boolean {
    return [...a].every(([key, counter]) => counter <= (b.get(key) ?? 0));
}
