import { CausalContext, type DotStore } from "../../../../runtime/consistency/causalContext";

/** Whether the second one has heard all that the first one has. */
export function heardAtMost(a: CausalContext, b: CausalContext): boolean {
    return (
        [...a.beyond].every((dot) => b.has(dot)) &&
        a.vector.replicas.every((replica) =>
            Array.from({ length: a.vector.get(replica) }, (_, i) => `${replica}:${i + 1}`).every(
                (dot) => b.has(dot),
            ),
        )
    );
}

/** Whether the second store has nothing that the first one had heard of and removed. */
export function storeAtMost<T>(a: DotStore<T>, heard: CausalContext, b: DotStore<T>): boolean {
    return [...b.keys()].every((dot) => a.has(dot) || !heard.has(dot));
}
