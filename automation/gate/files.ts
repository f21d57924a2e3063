import fs from "node:fs/promises";
import path from "node:path";

import { AutomationError, messageOf } from "../errors";
import { gateJunit } from "./junit";
import { gateMarkdown } from "./markdown";
import type { GateReport } from "./report";
import { gateSarif } from "./sarif";

/** Files that a report is to be written to. */
export interface ReportFiles {
    readonly markdown?: string;
    readonly sarif?: string;
    readonly junit?: string;
}

const writers: Readonly<Record<keyof ReportFiles, (report: GateReport) => string>> = {
    markdown: gateMarkdown,
    sarif: gateSarif,
    junit: gateJunit,
};
const kinds = Object.keys(writers) as readonly (keyof ReportFiles)[];

/**
 * Empties the files, so that one that cannot be written is known before minutes are spent on previews,
 * and the report of an earlier run is never taken for this one's.
 *
 * @throws AutomationError `usage`
 */
export async function prepareReports(files: ReportFiles): Promise<void> {
    await eachFile(files, () => "");
}

/** @throws AutomationError `usage` */
export async function writeReports(report: GateReport, files: ReportFiles): Promise<void> {
    await eachFile(files, (kind) => writers[kind](report));
}

async function eachFile(
    files: ReportFiles,
    textOf: (kind: keyof ReportFiles) => string,
): Promise<void> {
    for (const kind of kinds) {
        const file = files[kind];
        if (file !== undefined) {
            try {
                await fs.mkdir(path.dirname(path.resolve(file)), { recursive: true });
                await fs.writeFile(file, textOf(kind));
            } catch (error) {
                throw new AutomationError(
                    "usage",
                    `--${kind} ${file} cannot be written: ${messageOf(error)}; name a file in a folder that can be`,
                    { cause: error },
                );
            }
        }
    }
}
