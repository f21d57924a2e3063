/** A copy in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
    const copy = [...items];
    for (let last = copy.length - 1; last > 0; last--) {
        const other = Math.floor(random() * (last + 1));
        [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
    }
    return copy;
}
