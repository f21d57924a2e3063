import fs from "node:fs/promises";
import path from "node:path";

import { runDrill } from "../drill/drill";
import { readObjectives } from "../drill/objectives";
import type { DrillReport } from "../drill/report";
import { scenarioOf, type FaultKind } from "../drill/scenario";
import { readEstate } from "../chosenEstate";
import { checkRegion } from "../failoverPlan";
import { AwsProbes } from "../probes";
import type { RehearsalPorts } from "../rehearsal";
import type { Wiring } from "../wiring";
import { openRehearsal } from "./rehearsal";

/** What a drill is judged by, unless a file is given. */
export const defaultObjectives = path.join(__dirname, "..", "drill", "objectives.yaml");

export interface DrillCommandOptions {
    readonly repository: string;
    readonly home: string;
    readonly ports?: RehearsalPorts | undefined;
    readonly fault: FaultKind;
    readonly region: string;
    readonly objectives: string;
    /** Folder that gets one folder per drill. */
    readonly reports: string;
    readonly signal: AbortSignal;
    readonly onProgress: (line: string) => void;
}

export interface DrillOutcome {
    readonly report: DrillReport;
    /** Path of `drill.json`. */
    readonly file: string;
}

/** Rehearses a failover and a failback from nothing, and writes the report. Leaves nothing running. */
export async function drillCommand(
    wiring: Wiring,
    options: DrillCommandOptions,
): Promise<DrillOutcome> {
    checkRegion(options.region, (await readEstate(options.repository)).topology);
    const objectives = await readObjectives(options.objectives);
    const opened = await openRehearsal(wiring, {
        repository: options.repository,
        home: options.home,
        // A name of its own: two drills at once meet at the ports, not in each other's files.
        name: `drill-${process.pid}`,
        fresh: true,
        ports: options.ports,
        onProgress: options.onProgress,
    });
    try {
        const report = await runDrill({
            ...opened,
            probes: AwsProbes.attachedTo(opened.rehearsal.environment()),
            scenario: scenarioOf(options.fault, options.region),
            objectives,
            signal: options.signal,
            onProgress: options.onProgress,
        });
        return { report, file: await writeReport(options.reports, report) };
    } finally {
        await opened.close();
        await fs.rm(path.join(options.home, `drill-${process.pid}`), {
            recursive: true,
            force: true,
        });
    }
}

async function writeReport(folder: string, report: DrillReport): Promise<string> {
    const own = path.join(folder, report.startedAt.replace(/[:.]/g, "-"));
    await fs.mkdir(own, { recursive: true });
    const file = path.join(own, "drill.json");
    await fs.writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
    return file;
}
