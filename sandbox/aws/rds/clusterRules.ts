import type { Props } from "../../world/store";
import { isUnknown, type Problem } from "../resourceType";
import { flag, given, text } from "../support/known";
import { Problems } from "../support/problems";
import { backupWindow, engines, identifier, identifierRule, maintenanceWindow } from "./names";

const logExports: Readonly<Record<string, readonly string[]>> = {
    "aurora-mysql": ["audit", "error", "general", "iam-db-auth-error", "instance", "slowquery"],
    "aurora-postgresql": ["iam-db-auth-error", "instance", "postgresql"],
};

/** Words that a master user of PostgreSQL may not be called, beside those that begin with `pg_` or `rds`. */
const reservedUsers = ["admin", "postgres_admin", "public", "rdsadmin"];

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html */
export function clusterProblems(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(inputs, "clusterIdentifier", identifier, identifierRule);
    problems.oneOf(inputs, "engine", engines);
    problems.range(inputs, "backupRetentionPeriod", 1, 35);
    problems.range(inputs, "port", 1150, 65_535);
    problems.matches(inputs, "preferredBackupWindow", backupWindow, "must be hh24:mi-hh24:mi");
    problems.matches(
        inputs,
        "preferredMaintenanceWindow",
        maintenanceWindow,
        "must be ddd:hh24:mi-ddd:hh24:mi",
    );
    problems.oneOf(inputs, "storageType", ["", "aurora", "aurora-iopt1"]);
    problems.oneOf(inputs, "networkType", ["IPV4", "DUAL"]);
    credentialProblems(inputs, problems);
    if (given(inputs, "kmsKeyId") && flag(inputs, "storageEncrypted") === false) {
        problems.add(
            "storageEncrypted",
            "InvalidParameterCombination: Cannot specify a KMS key for an unencrypted cluster; must be true when kmsKeyId is set",
        );
    }
    const backtrack = inputs.backtrackWindow;
    if (
        typeof backtrack === "number" &&
        backtrack !== 0 &&
        text(inputs, "engine") === "aurora-postgresql"
    ) {
        problems.add(
            "backtrackWindow",
            "InvalidParameterCombination: Backtrack is not available for the aurora-postgresql engine",
        );
    }
    const exports = logExports[text(inputs, "engine") ?? ""];
    const wanted = inputs.enabledCloudwatchLogsExports;
    if (exports !== undefined && Array.isArray(wanted)) {
        for (const log of wanted) {
            if (typeof log === "string" && !isUnknown(log) && !exports.includes(log)) {
                problems.add(
                    "enabledCloudwatchLogsExports",
                    `must be of ${exports.join(", ")}, got "${log}"`,
                );
            }
        }
    }
    return problems.found;
}

function credentialProblems(inputs: Props, problems: Problems): void {
    const managed = flag(inputs, "manageMasterUserPassword") === true;
    problems.atMostOne(inputs, [
        "masterPassword",
        "masterPasswordWo",
        ...(managed ? ["manageMasterUserPassword"] : []),
    ]);
    // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations
    if (managed && given(inputs, "globalClusterIdentifier")) {
        problems.add(
            "manageMasterUserPassword",
            "InvalidParameterCombination: managing the master user password with Secrets Manager isn't supported for DB clusters that are part of an Aurora global database",
        );
    }
    if (given(inputs, "masterPasswordWo") && !given(inputs, "masterPasswordWoVersion")) {
        problems.add(
            "masterPasswordWoVersion",
            "required with masterPasswordWo: the password itself is compared with nothing",
        );
    }
    for (const property of ["masterPassword", "masterPasswordWo"]) {
        const password = text(inputs, property);
        if (password !== undefined && !/^[\x21-\x7e]{8,128}$/.test(password)) {
            problems.add(property, "must have 8 to 128 printable characters");
        } else if (password !== undefined && /[/"@]/.test(password)) {
            problems.add(property, 'must have none of / " @');
        }
    }
    const user = text(inputs, "masterUsername");
    if (
        user !== undefined &&
        (!/^(?!pg_|rds)[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(user) ||
            reservedUsers.includes(user.toLowerCase()))
    ) {
        problems.add(
            "masterUsername",
            `must begin with a letter, have up to 63 letters, digits and underscores, and be no reserved word, got "${user}"`,
        );
    }
}
