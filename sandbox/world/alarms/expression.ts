import type { Series } from "../metrics";

/**
 * CloudWatch metric math, the part that alarms use: arithmetic, comparison, AND, OR, IF, FILL, ABS,
 * and MIN, MAX, SUM, AVG over several series.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export type Value = number | Series;

export class ExpressionError extends Error {
    override readonly name = "ExpressionError";
}

/** FILL of one series with another one. */
export class FillError extends ExpressionError {}

type Node =
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[] }
    | { readonly kind: "list"; readonly items: readonly Node[] }
    | {
          readonly kind: "binary";
          readonly operator: string;
          readonly left: Node;
          readonly right: Node;
      };

const tokenPattern =
    /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z][A-Za-z0-9_]*)|(>=|<=|==|!=|&&|\|\||[-+*/^()<>,[\]]))/y;

/** Loosest first. */
const precedence: readonly (readonly string[])[] = [
    ["OR", "||"],
    ["AND", "&&"],
    ["==", "!=", "<", ">", "<=", ">="],
    ["+", "-"],
    ["*", "/"],
    ["^"],
];

/** @throws ExpressionError where CloudWatch would refuse the expression */
export function parseExpression(text: string): Node {
    const tokens: string[] = [];
    tokenPattern.lastIndex = 0;
    while (text.slice(tokenPattern.lastIndex).trim() !== "") {
        const at = tokenPattern.lastIndex;
        const match = tokenPattern.exec(text);
        if (match === null) {
            throw new ExpressionError(`cannot read ${JSON.stringify(text.slice(at))} in ${text}`);
        }
        tokens.push((match[1] ?? match[2] ?? match[3]) as string);
    }
    let position = 0;

    const node = binary(0);
    if (position < tokens.length) {
        throw new ExpressionError(`unexpected ${JSON.stringify(tokens[position])} in ${text}`);
    }
    return node;

    function binary(level: number): Node {
        const operators = precedence[level];
        if (operators === undefined) {
            return unary();
        }
        let left = binary(level + 1);
        for (;;) {
            const operator = tokens[position];
            if (operator === undefined || !operators.includes(operator)) {
                return left;
            }
            position++;
            left = { kind: "binary", operator, left, right: binary(level + 1) };
        }
    }

    function unary(): Node {
        const token = tokens[position++];
        if (token === undefined) {
            throw new ExpressionError(`${text} ends too early`);
        }
        if (token === "-") {
            return {
                kind: "binary",
                operator: "-",
                left: { kind: "number", value: 0 },
                right: unary(),
            };
        }
        if (token === "(") {
            const inner = binary(0);
            expectToken(")");
            return inner;
        }
        if (token === "[") {
            return { kind: "list", items: listUntil("]") };
        }
        if (/^\d/.test(token)) {
            return { kind: "number", value: Number(token) };
        }
        if (!/^[A-Za-z]/.test(token)) {
            throw new ExpressionError(`unexpected ${JSON.stringify(token)} in ${text}`);
        }
        if (tokens[position] === "(") {
            position++;
            return checked({ kind: "call", name: token.toUpperCase(), args: listUntil(")") });
        }
        return { kind: "name", name: token };
    }

    /** FILL(TS, [S | REPEAT | LINEAR]): a series is for what fills several. */
    function checked(call: Extract<Node, { kind: "call" }>): Node {
        const [filled, filler] = call.args;
        if (
            call.name === "FILL" &&
            filled?.kind !== "list" &&
            filler !== undefined &&
            namesIn(filler).length > 0
        ) {
            throw new FillError(
                `FILL fills one series with a number, REPEAT or LINEAR, and not with ${namesIn(filler).join(", ")} in ${text}`,
            );
        }
        return call;
    }

    function listUntil(end: string): readonly Node[] {
        const items: Node[] = [];
        for (;;) {
            items.push(binary(0));
            if (tokens[position] !== ",") {
                expectToken(end);
                return items;
            }
            position++;
        }
    }

    function expectToken(token: string): void {
        if (tokens[position++] !== token) {
            throw new ExpressionError(`expected ${JSON.stringify(token)} in ${text}`);
        }
    }
}

/** Names an expression reads: metric ids and other expressions' ids. */
export function namesIn(node: Node): readonly string[] {
    switch (node.kind) {
        case "number":
            return [];
        case "name":
            return ["REPEAT", "LINEAR"].includes(node.name.toUpperCase()) ? [] : [node.name];
        case "call":
            return node.args.flatMap(namesIn);
        case "list":
            return node.items.flatMap(namesIn);
        case "binary":
            return [...namesIn(node.left), ...namesIn(node.right)];
    }
}

/**
 * @param read value of a metric or expression id
 * @param starts every period start of the evaluation range, ascending; what FILL fills
 */
export function evaluate(
    node: Node,
    read: (id: string) => Value,
    starts: readonly number[],
): Value {
    switch (node.kind) {
        case "number":
            return node.value;
        case "name":
            return read(node.name);
        case "list":
            throw new ExpressionError("a list stands only inside MIN, MAX, SUM or AVG");
        case "binary": {
            const operate = operators[node.operator] as (a: number, b: number) => number;
            return zip(
                [evaluate(node.left, read, starts), evaluate(node.right, read, starts)],
                ([a, b]) => operate(a as number, b as number),
            );
        }
        case "call":
            return call(node, read, starts);
    }
}

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "^": (a, b) => a ** b,
    "<": (a, b) => Number(a < b),
    ">": (a, b) => Number(a > b),
    "<=": (a, b) => Number(a <= b),
    ">=": (a, b) => Number(a >= b),
    "==": (a, b) => Number(a === b),
    "!=": (a, b) => Number(a !== b),
    AND: (a, b) => Number(a !== 0 && b !== 0),
    "&&": (a, b) => Number(a !== 0 && b !== 0),
    OR: (a, b) => Number(a !== 0 || b !== 0),
    "||": (a, b) => Number(a !== 0 || b !== 0),
};

function call(
    node: Extract<Node, { kind: "call" }>,
    read: (id: string) => Value,
    starts: readonly number[],
): Value {
    const argument = (index: number): Value => {
        const arg = node.args[index];
        if (arg === undefined) {
            throw new ExpressionError(`${node.name} needs ${index + 1} arguments`);
        }
        return evaluate(arg, read, starts);
    };
    switch (node.name) {
        case "IF":
            return choose(argument(0), argument(1), node.args.length > 2 ? argument(2) : undefined);
        case "ABS":
            return zip([argument(0)], ([a]) => Math.abs(a as number));
        case "FILL": {
            const filler = node.args[1];
            const repeat = filler?.kind === "name" && filler.name.toUpperCase() === "REPEAT";
            return fill(argument(0), repeat ? "repeat" : argument(1), starts);
        }
        case "MIN":
        case "MAX":
        case "SUM":
        case "AVG": {
            const list = node.args[0];
            if (list?.kind !== "list") {
                throw new ExpressionError(`${node.name} takes a list such as [m1, m2]`);
            }
            const values = list.items.map((item) => evaluate(item, read, starts));
            return zip(values, (numbers) =>
                aggregate[node.name as keyof typeof aggregate](numbers),
            );
        }
        default:
            throw new ExpressionError(
                `function ${node.name} is not one the sandbox knows (IF, FILL, ABS, MIN, MAX, SUM, AVG); add it in sandbox/world/alarms/expression.ts`,
            );
    }
}

const aggregate = {
    MIN: (numbers: readonly number[]) => Math.min(...numbers),
    MAX: (numbers: readonly number[]) => Math.max(...numbers),
    SUM: (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0),
    AVG: (numbers: readonly number[]) =>
        numbers.reduce((sum, value) => sum + value, 0) / numbers.length,
};

/** Combines values where all of them exist; what is no finite number (a division by zero) is no data point. */
function zip(values: readonly Value[], combine: (numbers: readonly number[]) => number): Value {
    const series = values.filter((value): value is Series => typeof value !== "number");
    const [first, ...others] = series;
    if (first === undefined) {
        return combine(values as readonly number[]);
    }
    const result = new Map<number, number>();
    for (const start of first.keys()) {
        if (others.every((other) => other.has(start))) {
            const value = combine(
                values.map((each) =>
                    typeof each === "number" ? each : (each.get(start) as number),
                ),
            );
            if (Number.isFinite(value)) {
                result.set(start, value);
            }
        }
    }
    return result;
}

function choose(condition: Value, yes: Value, no: Value | undefined): Value {
    if (typeof condition === "number") {
        return condition !== 0 ? yes : (no ?? new Map());
    }
    const result = new Map<number, number>();
    for (const [start, flag] of condition) {
        const branch = flag !== 0 ? yes : no;
        const value = typeof branch === "number" ? branch : branch?.get(start);
        if (value !== undefined) {
            result.set(start, value);
        }
    }
    return result;
}

function fill(value: Value, filler: Value | "repeat", starts: readonly number[]): Value {
    if (typeof value === "number") {
        return value;
    }
    const result = new Map<number, number>();
    let last: number | undefined;
    for (const start of starts) {
        const known = value.get(start);
        last = known ?? last;
        const filled =
            known ??
            (filler === "repeat" ? last : typeof filler === "number" ? filler : filler.get(start));
        if (filled !== undefined) {
            result.set(start, filled);
        }
    }
    return result;
}
