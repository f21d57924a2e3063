import { createRequire } from "node:module";

import { runCommandLine } from "./cli/program";
import type { ExitCode } from "./cli/exitCode";
import type { Engine, EngineRequest, Wiring } from "./wiring";

// Loaded when first needed: `meridian --help` and `status` need no rehearsal cloud.
const load = createRequire(__filename);

const wiring: Wiring = {
    prepareEngine: (request) => (load("../sandbox/engine") as EngineModule).prepareEngine(request),
};

interface EngineModule {
    prepareEngine(request: EngineRequest): Promise<Engine>;
}

/** The command line's entry: the one place that wires the rehearsal cloud in. */
export function main(args: readonly string[]): Promise<ExitCode> {
    return runCommandLine(wiring, args);
}
