import { globalStack } from "../infra/topology";
import type { Estate } from "./estate";

/** What of a region's share of the users is deployed, percents. */
export interface DeployedShares {
    /** Of its own users by DNS. */
    readonly share: number;
    /** Of the accelerator's connections that are nearest to it. */
    readonly dial: number;
}

/** Who writes, as deployed. */
export interface DeployedRoles {
    readonly writer: string;
    readonly standby: string;
    /** Where the writer belongs; the writer itself unless it was moved. */
    readonly writerHome: string;
}

/** Whose cache takes writes, as deployed. */
export interface DeployedCache {
    /** Regions whose caches share a datastore. */
    readonly datastore: readonly string[];
    /** Where the role belongs; undefined where it follows the writer. */
    readonly primary: string | undefined;
    /** Who has it meanwhile. */
    readonly standIn: string | undefined;
}

export interface DeployedGlobal extends DeployedShares {
    /** Undefined for a stack that was deployed before it told, or never. */
    readonly roles: DeployedRoles | undefined;
    /** Undefined as `roles` are, and where no regions share a datastore. */
    readonly cache: DeployedCache | undefined;
    readonly zoneId: string | undefined;
}

/** Reads a region's part from the global stack's outputs. A share that nobody ever set is all of it. */
export async function readDeployedGlobal(estate: Estate, region: string): Promise<DeployedGlobal> {
    const outputs = (await estate.stacks.outputs(globalStack)) ?? {};
    const percent = (name: "shares" | "dials"): number => {
        const held = (outputs[name] as Record<string, unknown> | undefined)?.[region];
        return typeof held === "number" ? held : 100;
    };
    const { writer, standby, writerHome, zoneId } = outputs;
    return {
        share: percent("shares"),
        dial: percent("dials"),
        roles:
            typeof writer === "string" && typeof standby === "string"
                ? {
                      writer,
                      standby,
                      writerHome: typeof writerHome === "string" ? writerHome : writer,
                  }
                : undefined,
        cache: cacheOf(outputs["cachePlan"]),
        zoneId: typeof zoneId === "string" ? zoneId : undefined,
    };
}

function cacheOf(plan: unknown): DeployedCache | undefined {
    const { datastore, primary, standIn } = (plan ?? {}) as Record<string, unknown>;
    return Array.isArray(datastore) && datastore.length > 0
        ? {
              datastore: datastore.filter((region) => typeof region === "string"),
              primary: typeof primary === "string" ? primary : undefined,
              standIn: typeof standIn === "string" ? standIn : undefined,
          }
        : undefined;
}
