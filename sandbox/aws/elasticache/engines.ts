export type Engine = "redis" | "valkey";

/**
 * Versions that can be asked for, with the family of their parameter groups.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/supported-engine-versions.html
 */
const versions: Readonly<Record<Engine, Readonly<Record<string, string>>>> = {
    redis: {
        "4.0.10": "redis4.0",
        "5.0.6": "redis5.0",
        "6.0": "redis6.x",
        "6.2": "redis6.x",
        "6.x": "redis6.x",
        "7.0": "redis7",
        "7.1": "redis7",
    },
    valkey: { "7.2": "valkey7", "8.0": "valkey8", "8.1": "valkey8" },
};

/** What AWS chooses when nothing is asked for. */
const newest: Readonly<Record<Engine, string>> = { redis: "7.1", valkey: "8.1" };

export const engines: readonly string[] = Object.keys(versions);

export function engineOf(name: string | undefined): Engine {
    return name?.toLowerCase() === "valkey" ? "valkey" : "redis";
}

export function versionsOf(engine: Engine): readonly string[] {
    return Object.keys(versions[engine]);
}

export function newestOf(engine: Engine): string {
    return newest[engine];
}

/** Family of the parameter groups that a version takes; undefined for a version nobody knows. */
export function familyOf(engine: Engine, version: string): string | undefined {
    return versions[engine][version];
}

export function families(): readonly string[] {
    return [...new Set(Object.values(versions).flatMap((of) => Object.values(of)))];
}

/** Whether a version is at least another, such as 7.1 than 7.0; `6.x` is the newest of 6. */
export function atLeast(version: string, least: string): boolean {
    const [a, b] = [version, least].map((text) =>
        text.split(".").map((part) => (part === "x" ? Number.POSITIVE_INFINITY : Number(part))),
    );
    for (const [index, part] of (b ?? []).entries()) {
        const own = a?.[index] ?? 0;
        if (own !== part) {
            return own > part;
        }
    }
    return true;
}
