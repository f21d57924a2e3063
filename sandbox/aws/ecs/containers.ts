import type { Props } from "../../world/store";
import { flag, number, record, records, text } from "../support/known";

/** What ECS will do with a task definition, as far as its containers' rules depend on it. */
export interface TaskShape {
    readonly fargate: boolean;
    /** Network mode `awsvpc`: each task has its own interface. */
    readonly ownInterface: boolean;
    readonly hasExecutionRole: boolean;
}

/** The containers of a task definition's JSON. Undefined when it is not a list of objects. */
export function parseContainers(definitions: string): readonly Props[] | undefined {
    try {
        const parsed: unknown = JSON.parse(definitions);
        return Array.isArray(parsed) && parsed.every(isObject) ? parsed : undefined;
    } catch {
        return undefined;
    }
}

/**
 * What ECS would say of the containers, in its words; empty when it accepts them.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export function containerProblems(
    containers: readonly Props[],
    shape: TaskShape,
): readonly string[] {
    const problems: string[] = [];
    if (containers.length === 0) {
        problems.push("Container list cannot be empty.");
    } else if (!containers.some((container) => flag(container, "essential") !== false)) {
        problems.push("At least one container must be marked as essential.");
    }
    const names = containers.map((container) => text(container, "name") ?? "");
    if (new Set(names).size !== names.length) {
        problems.push("Container names must be unique within a task definition.");
    }
    return [...problems, ...containers.flatMap((container) => problemsOf(container, shape))];
}

function problemsOf(container: Props, shape: TaskShape): readonly string[] {
    const problems: string[] = [];
    const name = text(container, "name") ?? "";
    if (!/^[\w-]{1,255}$/.test(name)) {
        problems.push(
            name === ""
                ? "Container.name should not be null or empty."
                : `Container.name contains invalid characters: '${name}'.`,
        );
    }
    if ((text(container, "image") ?? "") === "") {
        problems.push("Container.image should not be null or empty.");
    }
    for (const mapping of records(container, "portMappings")) {
        const port = number(mapping, "containerPort");
        const host = number(mapping, "hostPort");
        if (port === undefined || port < 1 || port > 65535) {
            problems.push(`Container port must be between 1 and 65535, got ${String(port)}.`);
        }
        if (shape.ownInterface && host !== undefined && host !== port) {
            problems.push(
                "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
            );
        }
    }
    for (const variable of records(container, "environment")) {
        if (text(variable, "name") === undefined || text(variable, "value") === undefined) {
            problems.push(
                `Container.environment of ${name}: each entry has a name and a value, both text, got ${JSON.stringify(variable)}.`,
            );
        }
    }
    return [...problems, ...logProblems(container, shape), ...imageProblems(container, shape)];
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function logProblems(container: Props, shape: TaskShape): readonly string[] {
    const logging = record(container, "logConfiguration");
    const driver = text(logging, "logDriver");
    if (logging === undefined) {
        return [];
    }
    const problems: string[] = [];
    if (shape.fargate && !["awsfirelens", "awslogs", "splunk"].includes(driver ?? "")) {
        problems.push(`Fargate does not support log driver '${driver}'.`);
    }
    if (driver === "awslogs") {
        const needed = [
            "awslogs-group",
            "awslogs-region",
            ...(shape.fargate ? ["awslogs-stream-prefix"] : []),
        ];
        const options = record(logging, "options");
        const missing = needed.filter((option) => text(options, option) === undefined);
        if (missing.length > 0) {
            problems.push(`Log driver awslogs requires options: ${missing.join(", ")}.`);
        }
        if (shape.fargate && !shape.hasExecutionRole) {
            problems.push(
                "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
            );
        }
    }
    return problems;
}

function imageProblems(container: Props, shape: TaskShape): readonly string[] {
    if (!shape.fargate || shape.hasExecutionRole) {
        return [];
    }
    const problems: string[] = [];
    if (/^\d{12}\.dkr\.ecr\./.test(text(container, "image") ?? "")) {
        problems.push(
            "Fargate requires task definition to have execution role ARN to support ECR images.",
        );
    }
    if (records(container, "secrets").length > 0) {
        problems.push(
            "Fargate requires task definition to have execution role ARN to support secrets.",
        );
    }
    return problems;
}

function isObject(value: unknown): value is Props {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
