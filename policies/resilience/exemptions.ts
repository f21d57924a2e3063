import type { PolicyConfigSchema, ReportViolation } from "@pulumi/policy";

/** Somebody whom a rule does not bind, why, and for how long. */
export interface Exemption {
    /** Whole name, in which `<region>` and `<account>` stand for any region and any account id. */
    readonly name: string;
    readonly reason: string;
    /** Last day that it holds, in UTC, such as `2027-03-31`. Those that a rule has of its own do not end. */
    readonly until?: string;
}

/** Exemptions that rules have of their own: what AWS offers no other way for. */
const standing = new Set<string>();

/** What a rule's configuration says of exemptions: each has a whole name, a reason and an end. */
export function exemptions(
    what: string,
    defaults: readonly Exemption[],
): PolicyConfigSchema["properties"][string] {
    for (const each of defaults) {
        standing.add(identity(each));
    }
    return {
        type: "array",
        description: `${what} that the rule does not bind`,
        items: {
            type: "object",
            required: ["name", "reason"],
            additionalProperties: false,
            properties: {
                name: {
                    type: "string",
                    description:
                        "whole name, in which <region> and <account> stand for any region and any account id",
                },
                reason: { type: "string", minLength: 10 },
                until: {
                    type: "string",
                    pattern: "^\\d{4}-\\d{2}-\\d{2}$",
                    description:
                        "last day that it holds; needed for all but the rule's own exemptions",
                },
            },
        },
        default: [...defaults],
    };
}

/**
 * Exempt is who is named: a beginning that fits is not a name, and what is not known has none. An
 * exemption that ran out excuses nobody, which is said besides what it excused; so is one without an
 * end, which goes on excusing.
 *
 * @param today in UTC, such as `2027-03-31`
 */
export function isExempt(
    list: readonly Exemption[],
    name: unknown,
    report: ReportViolation,
    today = new Date().toISOString().slice(0, 10),
): boolean {
    const fitting = typeof name === "string" ? list.filter((each) => matches(each.name, name)) : [];
    const [holding] = fitting.filter(({ until }) => until === undefined || today <= until);
    const [first] = fitting;
    if (holding !== undefined) {
        if (holding.until === undefined && !standing.has(identity(holding))) {
            report(
                `the exemption of ${JSON.stringify(holding.name)} has no end; set its until to the last day that it is to hold, such as ${inHalfAYear(today)}`,
            );
        }
        return true;
    }
    if (first !== undefined) {
        report(
            `the exemption of ${JSON.stringify(first.name)} ran out on ${first.until} (its reason: ${first.reason}); mend what it excused, or renew it with a reason that still holds`,
        );
    }
    return false;
}

function identity({ name, reason }: Exemption): string {
    return JSON.stringify([name, reason]);
}

function inHalfAYear(today: string): string {
    const date = new Date(today);
    date.setUTCMonth(date.getUTCMonth() + 6);
    return date.toISOString().slice(0, 10);
}

function matches(pattern: string, name: string): boolean {
    const expression = pattern
        .split(/(<region>|<account>)/)
        .map((part) =>
            part === "<region>"
                ? "[a-z]{2}(-[a-z]+)+-\\d"
                : part === "<account>"
                  ? "\\d{12}"
                  : part.replace(/[^a-z0-9]/gi, "\\$&"),
        )
        .join("");
    return new RegExp(`^${expression}$`).test(name);
}
