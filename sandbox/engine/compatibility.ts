import pinned from "./versions.json";

/** The versions that belong together; `versions.json` is their only place. */
export interface Versions {
    /** The Pulumi CLI that is installed or built when none is found. */
    readonly cli: string;
    /** Oldest CLI that is taken from PATH: never older than the SDK that the program runs on. */
    readonly minimumCli: string;
    /** Version of `@pulumi/aws`, hence of the provider plugin that the engine looks for. */
    readonly aws: string;
}

export const versions: Versions = pinned;

interface Version {
    readonly numbers: readonly [number, number, number];
    readonly prerelease: boolean;
}

/** What a CLI's version means to us. */
export type Compatibility =
    { readonly compatible: true } | { readonly compatible: false; readonly reason: string };

/**
 * Whether a CLI of this version can run the program: the same major version, and not older than
 * the oldest one allowed. Accepts what `pulumi version` prints, with or without the leading `v`.
 */
export function compatibilityOf(version: string, wanted: Versions = versions): Compatibility {
    const found = parse(version);
    const oldest = parse(wanted.minimumCli);
    if (found === undefined || oldest === undefined) {
        return {
            compatible: false,
            reason: `cannot read its version ${JSON.stringify(version.trim())}`,
        };
    }
    const range = `needs ${wanted.minimumCli} or later, and major version ${oldest.numbers[0]}`;
    if (found.numbers[0] !== oldest.numbers[0]) {
        return {
            compatible: false,
            reason: `version ${clean(version)} has another major version; ${range}`,
        };
    }
    if (isOlder(found, oldest)) {
        return { compatible: false, reason: `version ${clean(version)} is too old; ${range}` };
    }
    return { compatible: true };
}

/** `v3.259.0` and `3.259.0\n` are the same version. */
export function clean(version: string): string {
    return version.trim().replace(/^v/, "");
}

function parse(version: string): Version | undefined {
    const match = /^(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(\+\S+)?$/.exec(clean(version));
    return match === null
        ? undefined
        : {
              numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
              prerelease: match[4] !== undefined,
          };
}

function isOlder(version: Version, than: Version): boolean {
    for (const [index, number] of version.numbers.entries()) {
        const other = than.numbers[index] ?? 0;
        if (number !== other) {
            return number < other;
        }
    }
    // A pre-release comes before the release of the same number (https://semver.org/#spec-item-11).
    return version.prerelease && !than.prerelease;
}
