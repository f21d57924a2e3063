import { globalStack, votersFor } from "../infra/topology";
import { parseGlobalOutputs } from "../infra/stackOutputs";
import { messageOf } from "./errors";
import type { Estate } from "./estate";
import type { Probes } from "./probes";

export interface LeverCheck {
    readonly region: string;
    /** Why its vote might not be seen; undefined when it would be. */
    readonly problem: string | undefined;
}

/** Asks Route 53 whether the survivors' levers work. What cannot be asked is a problem, never an exception. */
export async function probeLevers(
    estate: Estate,
    region: string,
    probes: Probes,
): Promise<readonly LeverCheck[]> {
    const voters = votersFor(region, estate.topology);
    try {
        const outputs = parseGlobalOutputs(globalStack, await estate.stacks.outputs(globalStack));
        return await Promise.all(
            voters.map(async (voter) => {
                const id = outputs.healthChecks.lever[voter];
                const health =
                    id === undefined
                        ? ({ kind: "unknown", reason: "no lever is deployed" } as const)
                        : await probes.healthOf(id);
                return { region: voter, problem: problemOf(health) };
            }),
        );
    } catch (error) {
        return voters.map((voter) => ({
            region: voter,
            problem: `its lever is not known: ${messageOf(error)}`,
        }));
    }
}

function problemOf(health: Awaited<ReturnType<Probes["healthOf"]>>): string | undefined {
    if (health.kind === "unknown") {
        return `its lever is not known: ${health.reason}`;
    }
    return health.value === "healthy"
        ? undefined
        : "its lever is unhealthy: the checkers would not see its vote";
}
