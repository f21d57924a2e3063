import { createRequire } from "node:module";

import type { ExitCode } from "./cli/exitCode";
import { runCommandLine } from "./cli/program";
import type { Wiring } from "./wiring";

// Loaded when first needed: `meridian --help` and `status` need no rehearsal cloud.
const load = createRequire(__filename);

const wiring: Wiring = {
    prepareEngine: (request) =>
        (load("../sandbox/engine") as typeof import("../sandbox/engine")).prepareEngine(request),
    startRehearsal: async (request) => {
        const { startSandbox } = load("../sandbox") as typeof import("../sandbox");
        const { rehearsalOf } = load("./sandboxRehearsal") as typeof import("./sandboxRehearsal");
        return rehearsalOf(
            await startSandbox({
                home: request.home,
                accountId: request.accountId,
                hostedZones: [request.zone],
                databaseSetUp: request.databaseSetUp,
                images: { "meridian-storefront": { entry: request.storefront } },
                ...(request.ports === undefined ? {} : { ports: request.ports }),
            }),
        );
    },
};

/** The command line's entry: the one place that wires the rehearsal cloud in. */
export function main(args: readonly string[]): Promise<ExitCode> {
    return runCommandLine(wiring, args);
}
