import fs from "node:fs/promises";
import path from "node:path";

import { parse } from "yaml";

import { globalStack } from "../infra/topology";
import { AutomationError, messageOf } from "./errors";
import { stackFile } from "./stackConfig";

/** What the rehearsal cloud has to know of the project's configuration. */
export interface ProjectConfig {
    readonly accountId: string;
    readonly zoneId: string;
    readonly domain: string;
}

/**
 * Reads it where Pulumi would: the stack's file, else the project's own `config`.
 *
 * @throws AutomationError `usage` that names every value that is missing.
 */
export async function readProjectConfig(
    projectFolder: string,
    configFolder: string,
): Promise<ProjectConfig> {
    const project = await readConfig(path.join(projectFolder, "Pulumi.yaml"));
    const stack = await readConfig(stackFile(configFolder, globalStack));
    const value = (key: string): string | undefined => {
        const held = stack[key] ?? plain(project[key]);
        return typeof held === "string" || typeof held === "number" ? String(held) : undefined;
    };
    const found = {
        accountId: value("meridian:accountId"),
        zoneId: value("meridian:zoneId"),
        domain: value("meridian:domain"),
    };
    const missing = Object.entries(found).flatMap(([key, held]) =>
        held === undefined ? [`meridian:${key}`] : [],
    );
    if (missing.length > 0) {
        throw new AutomationError(
            "usage",
            `${stackFile(configFolder, globalStack)} does not say ${missing.join(", ")}, and neither does Pulumi.yaml; add them under \`config\``,
        );
    }
    return found as ProjectConfig;
}

/** A project's own config may give a value or a schema with a `value` or `default`. */
function plain(held: unknown): unknown {
    if (held !== null && typeof held === "object") {
        const schema = held as { value?: unknown; default?: unknown };
        return schema.value ?? schema.default;
    }
    return held;
}

async function readConfig(file: string): Promise<Readonly<Record<string, unknown>>> {
    try {
        const document = parse(await fs.readFile(file, "utf8")) as {
            config?: Record<string, unknown>;
        } | null;
        return document?.config ?? {};
    } catch (error) {
        throw new AutomationError("usage", `${file} cannot be read: ${messageOf(error)}`, {
            cause: error,
        });
    }
}
