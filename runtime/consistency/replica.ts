/** Thrown for a name that cannot stand in a vector, a dot or a stamp. */
export class ReplicaNameError extends Error {
    override readonly name = "ReplicaNameError";
    constructor(replica: string) {
        super(
            `${JSON.stringify(replica)} is no replica name: use 1 to 64 of A-Z, a-z, 0-9, "-", "_" and ".", such as eu-west-1`,
        );
    }
}

/** A replica name, as part of a longer pattern. */
export const replicaPattern = "[A-Za-z0-9_.-]{1,64}";

const whole = new RegExp(`^${replicaPattern}$`);

/** @throws ReplicaNameError for what could be taken for a separator, or is too long to be kept everywhere */
export function checkReplica(replica: string): void {
    if (!whole.test(replica)) {
        throw new ReplicaNameError(replica);
    }
}

/** Order by code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): -1 | 0 | 1 {
    return a < b ? -1 : a > b ? 1 : 0;
}
