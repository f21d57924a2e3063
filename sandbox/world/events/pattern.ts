import net from "node:net";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether an event matches a pattern: every field the pattern names has one of the values it lists.
 * A field that is a list matches when any of its elements does.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matchesPattern(pattern: Fields, event: unknown): boolean {
    return Object.entries(pattern).every(([name, wanted]) => {
        if (name === "$or") {
            return (wanted as Fields[]).some((alternative) => matchesPattern(alternative, event));
        }
        const value = isFields(event) ? event[name] : undefined;
        if (Array.isArray(wanted)) {
            return matchesAny(wanted as unknown[], value);
        }
        // Elements of a list of objects are looked at one by one.
        const values: unknown[] = Array.isArray(value) ? value : [value];
        return values.some((one) => matchesPattern(wanted as Fields, one));
    });
}

function matchesAny(wanted: readonly unknown[], value: unknown): boolean {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return wanted.some((one) =>
        isFields(one) && "exists" in one
            ? one["exists"] === (value !== undefined && !isFields(value))
            : values.some((candidate) => matchesValue(one, candidate)),
    );
}

function matchesValue(wanted: unknown, value: unknown): boolean {
    if (!isFields(wanted)) {
        return wanted === value;
    }
    const [[operator, operand] = ["", undefined]] = Object.entries(wanted);
    const textual = typeof value === "string" ? value : undefined;
    switch (operator) {
        case "prefix":
            return matchesEnd(operand, textual, (text, end) => text.startsWith(end));
        case "suffix":
            return matchesEnd(operand, textual, (text, end) => text.endsWith(end));
        case "equals-ignore-case":
            return textual?.toLowerCase() === String(operand).toLowerCase();
        case "wildcard":
            return textual !== undefined && wildcard(String(operand)).test(textual);
        case "anything-but":
            return value !== undefined && !excluded(operand, value);
        case "numeric":
            return typeof value === "number" && matchesNumeric(operand as unknown[], value);
        case "cidr":
            return textual !== undefined && inBlock(String(operand), textual);
        default:
            return false;
    }
}

/** `{"prefix": "x"}`, or `{"prefix": {"equals-ignore-case": "x"}}`. */
function matchesEnd(
    operand: unknown,
    value: string | undefined,
    matches: (value: string, end: string) => boolean,
): boolean {
    if (value === undefined) {
        return false;
    }
    return isFields(operand)
        ? matches(value.toLowerCase(), String(operand["equals-ignore-case"]).toLowerCase())
        : matches(value, String(operand));
}

function excluded(operand: unknown, value: unknown): boolean {
    if (isFields(operand)) {
        const [[operator, operands] = ["", undefined]] = Object.entries(operand);
        return listOf(operands).some((one) => matchesValue({ [operator]: one }, value));
    }
    return listOf(operand).includes(value);
}

/** `[">=", 0, "<", 5]`. */
function matchesNumeric(conditions: readonly unknown[], value: number): boolean {
    for (let i = 0; i + 1 < conditions.length; i += 2) {
        const bound = Number(conditions[i + 1]);
        const holds =
            conditions[i] === "="
                ? value === bound
                : conditions[i] === ">"
                  ? value > bound
                  : conditions[i] === ">="
                    ? value >= bound
                    : conditions[i] === "<"
                      ? value < bound
                      : value <= bound;
        if (!holds) {
            return false;
        }
    }
    return true;
}

function inBlock(block: string, address: string): boolean {
    const [network = "", prefix = ""] = block.split("/");
    const family = net.isIPv6(network) ? "ipv6" : "ipv4";
    if (net.isIP(network) === 0 || net.isIP(network) !== net.isIP(address)) {
        return false;
    }
    const list = new net.BlockList();
    list.addSubnet(network, Number(prefix), family);
    return list.check(address, family);
}

function wildcard(pattern: string): RegExp {
    const source = pattern
        .split("*")
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*");
    return new RegExp(`^${source}$`, "s");
}

function listOf(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [value];
}

function isFields(value: unknown): value is Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
