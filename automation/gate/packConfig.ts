import { AutomationError } from "../errors";
import type { PackInfo } from "../pulumi/packInfo";

/** What a configuration may name besides rules: the level of all of them. */
const forAll = "all";

/**
 * Refuses a configuration of rules that the pack does not have: the engine ignores them in silence,
 * and with them whatever they were to loosen or tighten.
 *
 * @param title of the pack, for the message
 * @throws AutomationError that names them
 */
export function refuseUnknownRules(
    title: string,
    { rules }: PackInfo,
    config: Readonly<Record<string, unknown>> | undefined,
): void {
    const known = new Set(rules.map(({ name }) => name));
    const unknown = Object.keys(config ?? {}).filter((name) => name !== forAll && !known.has(name));
    if (unknown.length > 0) {
        throw new AutomationError(
            "usage",
            `the configuration of ${title} is for rules that it does not have: ${unknown
                .map((name) => named(name, [...known]))
                .join(", ")}; docs/policies.md lists them`,
        );
    }
}

/** The name, and what it was probably meant to be. */
function named(name: string, known: readonly string[]): string {
    const [closest] = [...known].sort((a, b) => likeness(name, b) - likeness(name, a));
    return closest === undefined || likeness(name, closest) < 1
        ? JSON.stringify(name)
        : `${JSON.stringify(name)} (is it ${closest}?)`;
}

/** Words that both have; of as many, the longer common beginning counts. */
function likeness(name: string, other: string): number {
    const words = new Set(name.split("-"));
    const shared = other.split("-").filter((word) => words.has(word)).length;
    let beginning = 0;
    while (beginning < name.length && name[beginning] === other[beginning]) {
        beginning++;
    }
    return shared + beginning / 100;
}
