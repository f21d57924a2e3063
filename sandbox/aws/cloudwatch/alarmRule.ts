import type { AlarmState } from "../../world/alarms/evaluate";

/** A composite alarm's rule. */
export type AlarmRule =
    | { readonly kind: "constant"; readonly value: boolean }
    | { readonly kind: "state"; readonly state: AlarmState; readonly alarm: string }
    | { readonly kind: "not"; readonly of: AlarmRule }
    | { readonly kind: "and" | "or"; readonly of: readonly AlarmRule[] };

export class AlarmRuleError extends Error {
    override readonly name = "AlarmRuleError";
}

const tokenPattern =
    /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^\s()"]+))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/y;

/**
 * Reads a rule: `ALARM`, `OK` and `INSUFFICIENT_DATA` of an alarm's name or ARN, `TRUE` and `FALSE`,
 * joined by `NOT`, `AND` and `OR`, of which the first binds most.
 *
 * @throws AlarmRuleError where CloudWatch would refuse it
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
export function parseAlarmRule(text: string): AlarmRule {
    const tokens = tokensOf(text);
    let position = 0;

    function joined(operator: "AND" | "OR", next: () => AlarmRule): AlarmRule {
        const of = [next()];
        while (tokens[position] === operator) {
            position++;
            of.push(next());
        }
        const [only] = of;
        return of.length === 1 && only !== undefined
            ? only
            : { kind: operator === "AND" ? "and" : "or", of };
    }

    const anyOf = (): AlarmRule => joined("OR", () => joined("AND", single));

    function single(): AlarmRule {
        const token = tokens[position++];
        if (typeof token === "object") {
            return token;
        }
        switch (token) {
            case "NOT":
                return { kind: "not", of: single() };
            case "TRUE":
            case "FALSE":
                return { kind: "constant", value: token === "TRUE" };
            case "(": {
                const inner = anyOf();
                if (tokens[position++] !== ")") {
                    throw new AlarmRuleError(`a parenthesis is not closed in ${text}`);
                }
                return inner;
            }
            default:
                throw new AlarmRuleError(
                    token === undefined
                        ? `${text} ends too early`
                        : `unexpected ${token} in ${text}`,
                );
        }
    }

    const rule = anyOf();
    if (position < tokens.length) {
        throw new AlarmRuleError(`AND or OR is missing in ${text}`);
    }
    return rule;
}

function tokensOf(text: string): readonly (string | AlarmRule)[] {
    const tokens: (string | AlarmRule)[] = [];
    tokenPattern.lastIndex = 0;
    while (tokenPattern.lastIndex < text.trimEnd().length) {
        const at = tokenPattern.lastIndex;
        const match = tokenPattern.exec(text);
        if (match === null) {
            throw new AlarmRuleError(`${text.slice(at).trim()} is no rule`);
        }
        const [, state, quoted, plain, word, parenthesis] = match;
        tokens.push(
            state === undefined
                ? (word ?? parenthesis ?? "")
                : { kind: "state", state: state as AlarmState, alarm: quoted ?? plain ?? "" },
        );
    }
    return tokens;
}

/** The alarms that a rule asks, by name, each once. */
export function alarmsIn(rule: AlarmRule): readonly string[] {
    switch (rule.kind) {
        case "constant":
            return [];
        case "state":
            return [alarmName(rule.alarm)];
        case "not":
            return alarmsIn(rule.of);
        case "and":
        case "or":
            return [...new Set(rule.of.flatMap(alarmsIn))];
    }
}

/** How many elements a rule has: alarms and constants. */
export function elementsIn(rule: AlarmRule): number {
    switch (rule.kind) {
        case "constant":
        case "state":
            return 1;
        case "not":
            return elementsIn(rule.of);
        case "and":
        case "or":
            return rule.of.reduce((sum, each) => sum + elementsIn(each), 0);
    }
}

/** Whether the rule holds. @param stateOf state of an alarm by its name; undefined when it is gone */
export function ruleHolds(
    rule: AlarmRule,
    stateOf: (alarm: string) => AlarmState | undefined,
): boolean {
    switch (rule.kind) {
        case "constant":
            return rule.value;
        case "state":
            return stateOf(alarmName(rule.alarm)) === rule.state;
        case "not":
            return !ruleHolds(rule.of, stateOf);
        case "and":
            return rule.of.every((each) => ruleHolds(each, stateOf));
        case "or":
            return rule.of.some((each) => ruleHolds(each, stateOf));
    }
}

/** Name of an alarm that is given by name or ARN. */
export function alarmName(nameOrArn: string): string {
    return /^arn:aws[\w-]*:cloudwatch:[^:]*:\d{12}:alarm:(.+)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
}
