import { spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";

import { Command, InvalidArgumentError } from "commander";

import { check } from "./checker/check";
import type { Violation } from "./checker/violation";
import { toEdn } from "./history/edn";
import { kinds } from "./history/operation";
import { columnOf, historyText, reportText, violationCount } from "./report";
import { torture, type Run } from "./run";
import { describeHappening } from "./schedule";
import { shrink } from "./shrink";
import { designs, type DesignName } from "./systems/designs";

const number = (least: number, most: number) => (text: string) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
        throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
    }
    return value;
};

interface Options {
    readonly seed: number;
    readonly seeds: number;
    readonly minutes: number;
    readonly clients: number;
    readonly out: string;
    readonly judge?: true;
}

/**
 * `npm run torture`: both designs under the same schedules. Exit status: 0, ours kept every promise and the
 * baseline did not; 1, ours did not, or the schedules were too kind to show anything; 2, usage.
 */
async function main(): Promise<void> {
    const program = new Command("torture")
        .description(
            "Runs many clients against every region while a seeded schedule of faults runs, and judges what they saw",
        )
        .option("--seed <n>", "first seed", number(0, 2 ** 31), 1)
        .option("--seeds <n>", "how many seeds, from the first one on", number(1, 1000), 1)
        .option("--minutes <n>", "world minutes of each run", number(1, 120), 2)
        .option("--clients <n>", "clients at a time", number(4, 200), 24)
        .option("--out <folder>", "where histories go", "reports/torture")
        .option("--judge", "have Porcupine judge the profiles' histories too, which needs Go")
        .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
        .parse();
    const options = program.opts<Options>();
    await fs.mkdir(options.out, { recursive: true });
    const judge = options.judge ? porcupine(options.out) : undefined;
    const results = new Map<
        DesignName,
        { readonly run: Run; readonly violations: readonly Violation[] }[]
    >();
    const folders = new Map<DesignName, readonly string[]>();
    for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
        for (const [name, start] of designs) {
            const run = await torture(start, {
                seed,
                durationMs: options.minutes * 60_000,
                clients: options.clients,
            });
            const violations = check(run.history);
            results.set(name, [...(results.get(name) ?? []), { run, violations }]);
            const folder = path.join(options.out, `seed-${seed}`, name);
            await keep(folder, run, violations);
            folders.set(name, [...(folders.get(name) ?? []), path.resolve(folder)]);
            console.log(
                `seed ${seed}, ${name}: ${run.history.operations.length} operations, ${violations.length === 0 ? "every promise kept" : `${violations.length} broken promises`}, histories in ${folder}`,
            );
            if (name === "meridian" && violations[0] !== undefined) {
                explain(run, violations);
            }
        }
    }
    const columns = [...results].map(([name, runs]) => columnOf(name, runs));
    console.log(`\n${reportText(columns)}`);
    const [ours, baseline] = ["meridian", "source-design"].map((name) =>
        columns.find((column) => column.name === name),
    );
    // Of the baseline it may say what it likes: not every schedule breaks a register.
    const verdicts =
        judge === undefined
            ? []
            : [...folders].filter(([name, own]) => !judge(own) && name === "meridian");
    const kept = ours !== undefined && violationCount(ours) === 0 && verdicts.length === 0;
    const telling = baseline !== undefined && violationCount(baseline) > 0;
    console.log(
        kept && telling
            ? "\nresult: every promise kept, in schedules that break the baseline's"
            : kept
              ? "\nresult: nothing shown: these schedules are too kind to break even the baseline; take more minutes or seeds"
              : "\nresult: promises broken",
    );
    process.exitCode = kept && telling ? 0 : 1;
}

/**
 * Builds the judge on Porcupine, a checker that others wrote, before any run: a missing Go is told at once.
 *
 * @returns whether it finds every register of these folders' histories linearizable
 * @throws Error without Go, or when a history cannot be read
 */
function porcupine(out: string): (folders: readonly string[]) => boolean {
    const binary = path.resolve(out, "porcupine");
    const run = (command: string, args: readonly string[], cwd: string): number => {
        const { error, status } = spawnSync(command, args, { cwd, stdio: "inherit" });
        if (error !== undefined) {
            throw new Error(
                `--judge builds test/torture/porcupine with Go: ${error.message}; install Go, or leave --judge out`,
            );
        }
        return status ?? -1;
    };
    const built = run("go", ["build", "-o", binary, "."], path.join(__dirname, "porcupine"));
    if (built !== 0) {
        throw new Error(`--judge: test/torture/porcupine does not build (exit status ${built})`);
    }
    return (folders) => {
        const status = run(binary, folders, out);
        if (status !== 0 && status !== 1) {
            throw new Error(`--judge: the judge came to no verdict (exit status ${status})`);
        }
        return status === 0;
    };
}

/** The smallest failing history, the first of each kind of failure. */
function explain(run: Run, violations: readonly Violation[]): void {
    console.log(run.schedule.map((one) => `  ${describeHappening(one)}`).join("\n"));
    const first = new Map(violations.map((one) => [one.check, one] as const).reverse());
    for (const violation of first.values()) {
        console.log(`${violation.check}, ${violation.kind} ${violation.key}: ${violation.message}`);
        console.log(historyText(shrink(run.history, violation).operations));
    }
}

async function keep(folder: string, run: Run, violations: readonly Violation[]): Promise<void> {
    await fs.mkdir(folder, { recursive: true });
    await Promise.all([
        fs.writeFile(path.join(folder, "history.json"), JSON.stringify({ ...run, violations })),
        ...kinds.map((kind) =>
            fs.writeFile(path.join(folder, `${kind}.edn`), toEdn(run.history, kind)),
        ),
    ]);
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
