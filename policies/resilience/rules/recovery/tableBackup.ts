import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { referencesIn } from "../../attachments";
import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { securityHub } from "../../frameworks";
import { at, list, ofType, read, show, unknown } from "../../support";

interface Config {
    readonly exemptTables: readonly Exemption[];
}

/** Judged on the whole stack: what a plan backs up is a resource of its own. */
export const tableBackup: StackValidationPolicy = {
    name: "recovery-table-backup-plan",
    description:
        "A DynamoDB table must be in a backup plan unless it is exempt by name, with a reason.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: securityHub("DynamoDB.4"),
    tags: ["recovery", "dynamodb", "backup"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_HowItWorksAWS.html",
    remediationSteps:
        "Put the table's ARN into the resources of a backup Selection, or name the table under exemptTables in the pack's configuration.",
    configSchema: {
        properties: {
            exemptTables: exemptions("tables", [
                {
                    name: "meridian-storefront",
                    reason: "backed up by every region's stack, each its own copy, in a vault of its own",
                },
            ]),
        },
    },
    validateStack: (args, report) => {
        const { exemptTables } = args.getConfig<Config>();
        const selected = selections(args.resources);
        for (const table of ofType(args.resources, "aws:dynamodb/table:Table")) {
            const name = read(() => table.props["name"]);
            if (!selected(table) && !isExempt(exemptTables, name, report)) {
                report(
                    `table ${show(name)} is in no backup plan: point-in-time recovery ends with the table, or after 35 days; put it into a selection`,
                    table.urn,
                );
            }
        }
    },
};

/** Whether a table is chosen: by ARN, by a pattern of ARNs or by a tag. */
function selections(resources: readonly PolicyResource[]): (table: PolicyResource) => boolean {
    const urns = new Set<string>();
    const names = new Set<string>();
    const patterns: RegExp[] = [];
    const tags: (readonly [unknown, unknown])[] = [];
    for (const selection of ofType(resources, "aws:backup/selection:Selection")) {
        const { values, urns: from } = referencesIn(selection, "resources");
        from.forEach((urn) => urns.add(urn));
        for (const value of values.map(String)) {
            const name = /^arn:[^:]*:dynamodb:[^:]*:[^:]*:table\/(.+)$/.exec(value)?.[1];
            if (name !== undefined && !name.includes("*")) {
                names.add(name);
            } else if (name !== undefined || value === "*") {
                patterns.push(glob(name ?? "*"));
            }
        }
        for (const tag of list(() => selection.props["selectionTags"])) {
            tags.push([read(() => tag["key"]), read(() => tag["value"])]);
        }
    }
    return (table) => {
        const name = read(() => table.props["name"]);
        return (
            urns.has(table.urn) ||
            (typeof name === "string" &&
                (names.has(name) || patterns.some((pattern) => pattern.test(name)))) ||
            tags.some(([key, value]) => {
                const own = at(table.props, "tags") === unknown ? unknown : tagOf(table, key);
                return own === unknown || (own !== undefined && own === value);
            })
        );
    };
}

function tagOf(table: PolicyResource, key: unknown): unknown {
    const tags = table.props["tags"] as Readonly<Record<string, unknown>> | undefined;
    return read(() => tags?.[String(key)]);
}

function glob(pattern: string): RegExp {
    return new RegExp(`^${pattern.replace(/[^a-z0-9*]/gi, "\\$&").replaceAll("*", ".*")}$`);
}
