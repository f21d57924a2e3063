import { record, text } from "../../aws/support/known";
import type { Props } from "../store";

/**
 * What a target is sent for an event: the event, or what the target makes of it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 *
 * @param event the whole envelope
 */
export function targetInput(target: Props, event: Props): unknown {
    const constant = text(target, "input");
    if (constant !== undefined) {
        return JSON.parse(constant) as unknown;
    }
    const path = text(target, "inputPath");
    if (path !== undefined) {
        return valueAt(event, path);
    }
    const transformer = record(target, "inputTransformer");
    return transformer === undefined ? event : transform(transformer, event);
}

/** The value at a path such as `$.detail.state`; undefined when there is none. */
export function valueAt(event: unknown, path: string): unknown {
    const names = path.match(/[^.[\]$'"]+/g) ?? [];
    return names.reduce<unknown>(
        (value, name) =>
            typeof value === "object" && value !== null
                ? (value as Readonly<Record<string, unknown>>)[name]
                : undefined,
        event,
    );
}

function transform(transformer: Props, event: Props): unknown {
    const paths = record(transformer, "inputPaths") ?? {};
    const template = text(transformer, "inputTemplate") ?? "";
    // A variable inside quotes is text in text; outside it is JSON.
    const filled = template.replace(/"([^"]*)"|<([\w.-]+)>/g, (whole, quoted?: string) =>
        quoted === undefined
            ? json(variable(whole.slice(1, -1)))
            : JSON.stringify(
                  quoted.replace(/<([\w.-]+)>/g, (_, name: string) => plain(variable(name))),
              ),
    );
    try {
        return JSON.parse(filled) as unknown;
    } catch {
        return filled;
    }

    function variable(name: string): unknown {
        if (name === "aws.events.event") {
            return event;
        }
        const path = text(paths, name);
        return path === undefined ? undefined : valueAt(event, path);
    }
}

function json(value: unknown): string {
    return JSON.stringify(value ?? null);
}

function plain(value: unknown): string {
    return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}
