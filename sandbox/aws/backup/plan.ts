import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, flag, given, keepId, number, record, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { vaultType } from "./vault";

export const planType = "aws:backup/plan:Plan";

/** Least days in cold storage, and most that a continuous backup reaches back. */
const coldDays = 90;
const continuousDays = 35;

/** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html */
export const plan: ResourceType = {
    type: planType,
    service: "backup",
    home: "regional",
    actions: {
        create: "CreateBackupPlan",
        read: "GetBackupPlan",
        update: "UpdateBackupPlan",
        delete: "DeleteBackupPlan",
    },
    inputs: ["advancedBackupSettings", "name", "rules", "scanSettings", "tags"],
    required: ["rules"],
    replaceOn: ["name"],
    autoname: { property: "name", maxLength: 50 },
    unordered: ["rules"],
    computed: ["arn", "version"],
    changesOnUpdate: ["version"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(inputs, "name", /^[\w.-]{1,50}$/, "1 to 50 letters, digits, -, _ and .");
        const rules = records(inputs, "rules");
        if (Array.isArray(inputs["rules"]) && rules.length === 0) {
            problems.add("rules", "a backup plan needs at least one rule");
        }
        const names = rules.map((rule) => text(rule, "ruleName") ?? "");
        if (new Set(names).size !== names.length) {
            problems.add("rules", `rule names must be unique, got ${names.join(", ")}`);
        }
        rules.forEach((rule, at) => checkRule(problems, rule, `rules[${at}].`));
        return problems.found;
    },

    admit(inputs, context) {
        for (const rule of records(inputs, "rules")) {
            const name = text(rule, "targetVaultName") ?? "";
            if (context.store.get(vaultType, context.region, name) === undefined) {
                throw new AwsError(
                    "InvalidParameterValueException",
                    `Backup vault ${name} does not exist in ${context.region}`,
                );
            }
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () =>
            context.unique(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
        );
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("backup", context, `backup-plan:${id}`),
                version: Buffer.from(`${context.nowMs}`).toString("base64"),
            },
        };
    },

    /** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupPlan.html */
    refuseDelete(outputs, context) {
        const selections = context.store
            .list("aws:backup/selection:Selection", context.region)
            .filter((selection) => text(selection.outputs, "planId") === text(outputs, "id"));
        if (selections.length > 0) {
            throw new AwsError(
                "InvalidRequestException",
                "Related backup plan selections must be deleted prior to backup plan deletion",
            );
        }
    },
};

/** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html */
function checkRule(problems: Problems, rule: Props, path: string): void {
    problems.matches(
        rule,
        "ruleName",
        /^[\w.-]{1,50}$/,
        "1 to 50 letters, digits, -, _ and .",
        path,
    );
    for (const property of ["ruleName", "targetVaultName"]) {
        if (!given(rule, property)) {
            problems.add(path + property, "must be set");
        }
    }
    problems.matches(
        rule,
        "schedule",
        /^(cron\(\S+( \S+){5}\)|rate\(\d+ (hours?|days?)\))$/,
        "must be cron(minute hour day month weekday year), or a rate of hours or days",
        path,
    );
    const schedule = text(rule, "schedule");
    if (schedule !== undefined && /^cron\((\*|\S*[,/-]\S*) /.test(schedule)) {
        problems.add(
            `${path}schedule`,
            `the shortest interval between two backups is one hour, got ${schedule}`,
        );
    }
    const start = number(rule, "startWindow") ?? 480;
    const completion = number(rule, "completionWindow");
    if (start < 60) {
        problems.add(`${path}startWindow`, `must be at least 60 minutes, got ${start}`);
    }
    if (completion !== undefined && completion < start + 60) {
        problems.add(
            `${path}completionWindow`,
            `must be at least 60 minutes longer than the start window (${start}), got ${completion}`,
        );
    }
    checkLifecycle(problems, rule, path);
}

/** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html */
function checkLifecycle(problems: Problems, rule: Props, path: string): void {
    const lifecycle = record(rule, "lifecycle");
    const cold = number(lifecycle, "coldStorageAfter");
    const end = number(lifecycle, "deleteAfter");
    if (end !== undefined && end < 1) {
        problems.add(`${path}lifecycle.deleteAfter`, `must be at least 1 day, got ${end}`);
    }
    if (cold !== undefined && end !== undefined && end < cold + coldDays) {
        problems.add(
            `${path}lifecycle.deleteAfter`,
            `must be at least ${coldDays} days after coldStorageAfter (${cold}), got ${end}`,
        );
    }
    if (flag(rule, "enableContinuousBackup") === true) {
        if (end === undefined || end > continuousDays) {
            problems.add(
                `${path}lifecycle.deleteAfter`,
                `a continuous backup is kept for 1 to ${continuousDays} days, got ${end ?? "no limit"}`,
            );
        }
        if (cold !== undefined) {
            problems.add(
                `${path}lifecycle.coldStorageAfter`,
                "a continuous backup cannot move to cold storage",
            );
        }
    }
}
