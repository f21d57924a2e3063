import os from "node:os";
import path from "node:path";

import { Option } from "commander";

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

/** `--stack`, once for each. */
export function stackOption(): Option {
    return new Option("--stack <stack...>", "only these stacks");
}
