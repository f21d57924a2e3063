/**
 * Identifiers of RDS: lower case letters, digits and hyphens, first a letter, no two hyphens in a row,
 * none at the end.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
 */
export const identifier = /^(?!.*--)[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
export const identifierRule =
    "must have 1 to 63 lower case letters, digits and hyphens, begin with a letter, and not end with a hyphen or have two in a row";

export const engines = ["aurora-mysql", "aurora-postgresql"];

/** `hh24:mi-hh24:mi`, UTC. */
export const backupWindow = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;
/** `ddd:hh24:mi-ddd:hh24:mi`, UTC. */
export const maintenanceWindow =
    /^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$/;

/** `17` of `17.5`. */
export function majorOf(version: string): string {
    return version.split(".")[0] ?? "";
}
