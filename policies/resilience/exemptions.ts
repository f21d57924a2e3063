import type { PolicyConfigSchema } from "@pulumi/policy";

/** Somebody whom a rule does not bind, and why. */
export interface Exemption {
    /** Whole name, in which `<region>` and `<account>` stand for any region and any account id. */
    readonly name: string;
    readonly reason: string;
}

/** What a rule's configuration says of exemptions: each has a whole name and a reason. */
export function exemptions(
    what: string,
    defaults: readonly Exemption[],
): PolicyConfigSchema["properties"][string] {
    return {
        type: "array",
        description: `${what} that the rule does not bind`,
        items: {
            type: "object",
            required: ["name", "reason"],
            properties: {
                name: {
                    type: "string",
                    description:
                        "whole name, in which <region> and <account> stand for any region and any account id",
                },
                reason: { type: "string", minLength: 10 },
            },
        },
        default: [...defaults],
    };
}

/** Exempt is who is named: a beginning that fits is not a name, and what is not known has none. */
export function isExempt(list: readonly Exemption[], name: unknown): boolean {
    return typeof name === "string" && list.some((each) => matches(each.name, name));
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
