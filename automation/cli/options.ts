import os from "node:os";
import path from "node:path";

import { InvalidArgumentError, Option } from "commander";

import { estateNames, stackNames } from "../../infra/topology";
import { portNames, type RehearsalPorts } from "../rehearsal";

/** `--home`: where engines, plugins and rehearsals keep what they need. */
export function homeOption(): Option {
    return new Option("--home <folder>", "folder for what engines and rehearsals keep")
        .env("MERIDIAN_HOME")
        .default(path.join(os.homedir(), ".cache", "meridian"), "~/.cache/meridian");
}

export function jsonOption(): Option {
    return new Option("--json", "one JSON document on stdout");
}

/** `--yes`, which makes a dry run the real thing. */
export function yesOption(): Option {
    return new Option("--yes", "do it; without this, a dry run").conflicts("dryRun");
}

export function dryRunOption(): Option {
    return new Option("--dry-run", "preview and prove, write nothing (the default)");
}

export function backendOption(): Option {
    return new Option(
        "--accept-backend-region",
        "go on although state or secrets live in a region of the topology",
    );
}

/** `--ports`: for a machine where the rehearsal cloud's own are taken. */
export function portsOption(): Option {
    return new Option(
        "--ports <list>",
        "ports of the rehearsal cloud, such as dns=5300,https=9443 (names: https, http, dns, api)",
    ).argParser(parsePorts);
}

function parsePorts(text: string): RehearsalPorts {
    const taken = new Set<string>();
    return Object.fromEntries(
        text.split(",").map((item) => {
            const [name = "", value = ""] = item.split("=");
            const port = Number(value);
            if (taken.has(name)) {
                throw new InvalidArgumentError(`"${name}" has two ports: name each once`);
            }
            taken.add(name);
            if (
                !(portNames as readonly string[]).includes(name) ||
                !Number.isInteger(port) ||
                port < 1 ||
                port > 65535
            ) {
                throw new InvalidArgumentError(
                    `"${item}" is no port: write ${portNames.join("=..,")}=.. with numbers from 1 to 65535`,
                );
            }
            return [name, port];
        }),
    );
}

/** `--estate`: which of the project's estates. */
export function estateOption(): Option {
    return new Option(
        "--estate <estate>",
        "choose the estate in Pulumi.yaml, for this and every later command",
    ).choices(estateNames);
}

/** `--stack`, once for each. */
export function stackOption(): Option {
    return new Option("--stack <stack...>", "only these stacks").choices(stackNames());
}

/** `--markdown`: a verdict for people. */
export function markdownOption(description: string): Option {
    return new Option("--markdown <file>", description);
}

export function sarifOption(): Option {
    return new Option(
        "--sarif <file>",
        "write what the rules found as SARIF 2.1.0, for code scanning",
    );
}

export function junitOption(): Option {
    return new Option("--junit <file>", "write a test case per stack and rule as JUnit XML");
}
