import { z } from "zod";

import { AutomationError } from "../errors";
import { runPulumi } from "../pulumi/process";

/** Measured in a process each, which nothing else has warmed up or filled; by where their programs are. */
const programs = {
    consistency: "test/bench/consistency/main.ts",
    replication: "test/bench/replication/main.ts",
    store: "test/bench/store/main.ts",
} as const;

export type ProcessPart = keyof typeof programs;
export const processParts = Object.keys(programs) as readonly ProcessPart[];
/** What `meridian bench` can measure. */
export const benchParts = ["drill", "deployments", ...processParts] as const;
export type BenchPart = (typeof benchParts)[number];

const partReport = z.strictObject({
    figures: z.array(
        z.strictObject({
            what: z.string().min(1),
            measured: z.string().min(1),
            /** "" where there is nothing to reach. */
            reach: z.string(),
            reached: z.boolean(),
        }),
    ),
    tables: z.array(
        z.strictObject({
            title: z.string().min(1),
            head: z.array(z.string()).min(1),
            rows: z.array(z.array(z.string())),
        }),
    ),
});

/** What a part prints: figures against what is to be reached, and tables of what they rest on. */
export type PartReport = z.infer<typeof partReport>;

/** @throws AutomationError `failed` for a part that failed, or whose output is no report */
export async function runBenchPart(
    part: ProcessPart,
    options: { readonly repository: string; readonly signal: AbortSignal },
): Promise<PartReport> {
    const { code, stdout, stderr } = await runPulumi({
        command: process.execPath,
        args: ["--require", "./infra/register.js", programs[part]],
        cwd: options.repository,
        environment: process.env,
        signal: options.signal,
    });
    if (code !== 0) {
        const missing = /Cannot find (module|package)/.test(stderr);
        throw new AutomationError(
            "failed",
            `the bench's part ${part} failed with exit status ${code}${missing ? "; it needs the development dependencies: npm ci" : ""}:\n${stderr}`,
        );
    }
    return parsePartReport(part, stdout);
}

/** @throws AutomationError `failed` */
export function parsePartReport(part: ProcessPart, text: string): PartReport {
    try {
        return partReport.parse(JSON.parse(text));
    } catch (error) {
        throw new AutomationError(
            "failed",
            `the bench's part ${part} printed no report: ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`,
            { cause: error },
        );
    }
}
