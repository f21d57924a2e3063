/** Texts whose results are kept; an account has fewer. */
const most = 5000;

/**
 * A function of a text that works each text out once. For what every request asks anew, such as a
 * policy's statements. Its results must not be changed.
 */
export function remembered<T>(work: (text: string) => T): (text: string) => T {
    const known = new Map<string, T>();
    return (text) => {
        if (known.has(text)) {
            return known.get(text) as T;
        }
        if (known.size >= most) {
            known.clear();
        }
        const result = work(text);
        known.set(text, result);
        return result;
    };
}
