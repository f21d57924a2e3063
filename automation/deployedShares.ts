import { globalStack } from "../infra/topology";
import type { Estate } from "./estate";

/** What of a region's share of the users is deployed, percents. */
export interface DeployedShares {
    /** Of its own users by DNS. */
    readonly share: number;
    /** Of the accelerator's connections that are nearest to it. */
    readonly dial: number;
}

/** Reads them from the global stack's outputs. What nobody ever set is all of it. */
export async function readDeployedShares(estate: Estate, region: string): Promise<DeployedShares> {
    const outputs = await estate.stacks.outputs(globalStack);
    const percent = (name: "shares" | "dials"): number => {
        const held = (outputs?.[name] as Record<string, unknown> | undefined)?.[region];
        return typeof held === "number" ? held : 100;
    };
    return { share: percent("shares"), dial: percent("dials") };
}
