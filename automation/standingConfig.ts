import fs from "node:fs";
import path from "node:path";

import { parse } from "yaml";

import { globalStack, regionNames } from "../infra/topology";
import type { ChosenEstate } from "./chosenEstate";
import { AutomationError, messageOf } from "./errors";
import { stackFile } from "./stackConfig";

type PackConfig = Readonly<Record<string, unknown>>;

const residencyRule = "routing-residency";
const votesRule = "votes-other-regions";

/** What an estate's people say to the standing pack; it need not exist. */
export function packConfigFile({ configFolder }: Pick<ChosenEstate, "configFolder">): string {
    return path.join(configFolder, "resilience.json");
}

/**
 * Configuration of the standing pack: the estate's `resilience.json`, if there is one, which
 * `pulumi preview --policy-pack-config` reads as well; and what is said elsewhere already: the estate's
 * regions, and the strict geographies of the global stack's `meridian:residency`.
 *
 * @throws AutomationError `usage` when the file is no JSON object.
 */
export function standingConfig({
    configFolder,
    topology,
}: Pick<ChosenEstate, "configFolder" | "topology">): PackConfig {
    const config = readPackConfig(packConfigFile({ configFolder }));
    const strict = strictGeographies(stackFile(configFolder, globalStack));
    return withMore(
        withMore(config, residencyRule, "strict", strict),
        votesRule,
        "regions",
        regionNames(topology),
    );
}

/** Adds to a list of a rule's settings. What is no configuration is left to whoever judges those. */
function withMore(
    config: PackConfig,
    name: string,
    setting: string,
    more: readonly unknown[],
): PackConfig {
    const own = config[name];
    // A level may stand for the whole.
    const rule = typeof own === "string" ? { enforcementLevel: own } : ((own ?? {}) as PackConfig);
    const said = rule[setting] ?? [];
    return more.length === 0 || typeof rule !== "object" || !Array.isArray(said)
        ? config
        : { ...config, [name]: { ...rule, [setting]: [...(said as unknown[]), ...more] } };
}

function readPackConfig(file: string): PackConfig {
    if (!fs.existsSync(file)) {
        return {};
    }
    let config: unknown;
    try {
        config = JSON.parse(fs.readFileSync(file, "utf8"));
    } catch (error) {
        throw new AutomationError(
            "usage",
            `${file} is not the JSON that --policy-pack-config takes: ${messageOf(error)}`,
            { cause: error },
        );
    }
    if (config === null || typeof config !== "object" || Array.isArray(config)) {
        throw new AutomationError(
            "usage",
            `${file} must be a JSON object of rules and their settings, got ${JSON.stringify(config)}; docs/policies.md lists them`,
        );
    }
    return config as PackConfig;
}

/**
 * As the rule takes them. A file that cannot be read, or says what the program will refuse, is the
 * business of its stack: an evacuation, which needs neither, must not end here.
 */
function strictGeographies(file: string): readonly PackConfig[] {
    let held: unknown;
    try {
        const document = parse(fs.readFileSync(file, "utf8")) as { config?: PackConfig } | null;
        held = document?.config?.["meridian:residency"];
    } catch {
        return [];
    }
    return (Array.isArray(held) ? (held as unknown[]) : []).flatMap((each) => {
        const { code, kind, mode, regions } = (each ?? {}) as PackConfig;
        return mode === "strict" && typeof code === "string" && Array.isArray(regions)
            ? [{ code, ...(kind === undefined ? {} : { kind }), regions: regions as unknown[] }]
            : [];
    });
}
