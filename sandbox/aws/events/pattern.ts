/** Filters that an event pattern's value may be instead of text, https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html. */
const filters = [
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
];

/** What is wrong with an event pattern, in EventBridge's words; nothing when it is sound. */
export function patternProblem(document: string): string | undefined {
    let pattern: unknown;
    try {
        pattern = JSON.parse(document);
    } catch (error) {
        return `Event pattern is not valid. Reason: ${(error as Error).message}`;
    }
    if (document.length > 4096) {
        return `Event pattern is not valid. Reason: at most 4096 characters, got ${document.length}`;
    }
    if (!isObject(pattern) || Object.keys(pattern).length === 0) {
        return "Event pattern is not valid. Reason: Filter is not an object";
    }
    const reason = fieldProblem(pattern, "");
    return reason === undefined ? undefined : `Event pattern is not valid. Reason: ${reason}`;
}

function fieldProblem(fields: Record<string, unknown>, path: string): string | undefined {
    for (const [name, value] of Object.entries(fields)) {
        const where = path === "" ? name : `${path}.${name}`;
        const reason =
            name === "$or"
                ? alternativesProblem(value, path)
                : isObject(value)
                  ? fieldProblem(value, where)
                  : Array.isArray(value)
                    ? listProblem(value, where)
                    : `"${where}" must be an object or an array`;
        if (reason !== undefined) {
            return reason;
        }
    }
    return undefined;
}

function alternativesProblem(value: unknown, path: string): string | undefined {
    if (!Array.isArray(value) || !value.every(isObject)) {
        return `"$or" must be an array of objects`;
    }
    return value.map((fields) => fieldProblem(fields, path)).find((reason) => reason !== undefined);
}

function listProblem(values: readonly unknown[], where: string): string | undefined {
    if (values.length === 0) {
        return `Empty arrays are not allowed at "${where}"`;
    }
    for (const value of values) {
        if (isObject(value)) {
            const keys = Object.keys(value);
            if (keys.length !== 1 || !filters.includes(keys[0] ?? "")) {
                return `Unrecognized match type ${keys.join(", ")} at "${where}"`;
            }
        } else if (Array.isArray(value)) {
            return `Match value must be String, number, true, false, or null at "${where}"`;
        }
    }
    return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
