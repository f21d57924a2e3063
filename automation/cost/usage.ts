import { z } from "zod";

import { AutomationError } from "../errors";
import { checked, readYaml } from "./priceTable";

/** The assumptions that come with the program. */
export const ownUsage = `${__dirname}/usage.yaml`;

const amount = z
    .number({ error: "must be a number, 0 or more" })
    .min(0, { error: "must be a number, 0 or more" });
const percent = amount.max(100, { error: "must be from 0 to 100" });

const usageSchema = z.strictObject({
    requests: amount,
    responseKilobytes: amount,
    connectionsPerRequest: amount,
    edgeHitPercent: percent,
    dnsQueriesPerRequest: amount,
    writePercent: percent,
    writeUnitsPerWrite: amount,
    readUnitsPerRead: amount,
    writeKilobytes: amount,
    tableGigabytes: amount,
    sideTableRequests: amount,
    logBytesPerRequest: amount,
    flowLogGigabytes: amount,
    functionLogGigabytes: amount,
    logMonths: amount,
    functionInvocations: amount,
    functionSeconds: amount,
    messages: amount,
    keyRequests: amount,
    bucketGigabytes: amount,
    bucketWrites: amount,
    endpointGigabytes: amount,
    checkersPerRegion: amount,
    sparePercent: percent,
    databaseGigabytes: amount,
    databaseInputOutputs: amount,
});

/** What an estate is used for in a month; usage.yaml says what each of them is. */
export type Usage = z.infer<typeof usageSchema>;

/** Reads and checks a file of assumptions. @throws AutomationError `usage` with every problem. */
export async function readUsage(file: string): Promise<Usage> {
    return checked(file, usageSchema, "a month's usage", await readYaml(file));
}

/**
 * The usage with some of it said otherwise.
 *
 * @param changes each `<name>=<value>`
 * @throws AutomationError `usage` with every problem
 */
export function withUsage(usage: Usage, changes: readonly string[]): Usage {
    const said: Record<string, number> = { ...usage };
    const problems: string[] = [];
    for (const change of changes) {
        const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(change) ?? [];
        if (!Object.hasOwn(usage, name)) {
            problems.push(
                `  - ${JSON.stringify(change)}: must be <name>=<value> with one of ${Object.keys(usage).join(", ")}`,
            );
            continue;
        }
        const read = usageSchema.shape[name as keyof Usage].safeParse(
            value.trim() === "" ? NaN : Number(value),
        );
        if (read.success) {
            said[name] = read.data;
        } else {
            problems.push(
                `  - ${JSON.stringify(change)}: ${read.error.issues[0]?.message ?? "is no number"}`,
            );
        }
    }
    if (problems.length > 0) {
        throw new AutomationError("usage", ["--usage cannot be used:", ...problems].join("\n"));
    }
    return said as Usage;
}
