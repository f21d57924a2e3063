import fs from "node:fs";
import path from "node:path";

import { parse } from "yaml";

import { stackConfigDir } from "../../automation/chosenEstate";
import type { RawSettings } from "../../infra/settings";
import type { EstateName } from "../../infra/topology";

const root = path.join(__dirname, "..", "..");

/** What a file of Pulumi's, named from the project's folder, configures. */
export function stackFile(name: string): Record<string, unknown> {
    const text = fs.readFileSync(path.join(root, name), "utf8");
    return (parse(text) as { config: Record<string, unknown> }).config;
}

/** The settings that Pulumi would give a stack's program: its own file's, over the project's. */
export function stackSettings(estate: EstateName, stack: string): RawSettings {
    const shared = Object.entries(stackFile("Pulumi.yaml")).map(([key, held]) => [
        key,
        (held as { value: unknown }).value,
    ]);
    const all: Record<string, unknown> = {
        ...Object.fromEntries(shared),
        ...stackFile(path.join(stackConfigDir(estate) ?? ".", `Pulumi.${stack}.yaml`)),
    };
    return Object.fromEntries(
        Object.entries(all).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}
