import fs from "node:fs/promises";

import { parse } from "yaml";
import { z } from "zod";

import { AutomationError, messageOf } from "../errors";

const percent = z.number().min(0).max(100);

const objectivesSchema = z.strictObject({
    /** Most world seconds from the fault to users and their alarms being well for good. */
    rtoSeconds: z.number().positive(),
    rpo: z.strictObject({
        /** Most acknowledged writes that may be gone at the end. */
        lostWrites: z.number().int().min(0),
        /** Most world seconds that replication may be behind at the fault. */
        lagSeconds: z.number().positive(),
    }),
    errors: z.strictObject({
        /** Most of all requests, from the fault to the end of the hold, that may fail. */
        budgetPercent: percent,
        /** Failures above this share of a window count as an outage that goes on. */
        outagePercent: percent,
        /** Width of a window, world seconds. */
        windowSeconds: z.number().int().positive(),
    }),
    /** Most that the measured RTO may be, as a multiple of the bound computed from the deployed configuration. */
    rtoToBound: z.number().min(1),
    /** Most that the evacuation's updates may take, as a multiple of an unchanged update of the same stacks. */
    updateToUnchanged: z.number().min(1),
});

/** What a drill is judged by. */
export type Objectives = z.infer<typeof objectivesSchema>;

/** Reads and checks an objectives file (YAML or JSON). @throws AutomationError `usage` with every problem. */
export async function readObjectives(file: string): Promise<Objectives> {
    let text: string;
    try {
        text = await fs.readFile(file, "utf8");
    } catch (error) {
        throw new AutomationError("usage", `${file} cannot be read: ${messageOf(error)}`, {
            cause: error,
        });
    }
    let document: unknown;
    try {
        document = parse(text);
    } catch (error) {
        throw new AutomationError("usage", `${file} is not valid YAML: ${messageOf(error)}`);
    }
    const parsed = objectivesSchema.safeParse(document);
    if (!parsed.success) {
        throw new AutomationError(
            "usage",
            [`${file} does not say what a drill is judged by:`]
                .concat(
                    parsed.error.issues.map(
                        (issue) => `  - \`${issue.path.join(".")}\`: ${issue.message}`,
                    ),
                )
                .join("\n"),
        );
    }
    return parsed.data;
}
