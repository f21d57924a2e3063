import os from "node:os";
import path from "node:path";

import { Command, CommanderError, Option } from "commander";

import { engineCommand } from "../commands/engine";
import { AutomationError, messageOf } from "../errors";
import type { Wiring } from "../wiring";
import { exitCodes, type ExitCode } from "./exitCode";
import { Output } from "./output";

/** Runs one command line and returns its exit code. Never throws. */
export async function runCommandLine(
    wiring: Wiring,
    args: readonly string[],
    streams: {
        readonly stdout?: NodeJS.WritableStream;
        readonly stderr?: NodeJS.WritableStream;
    } = {},
): Promise<ExitCode> {
    const output = new Output({ json: args.includes("--json"), ...streams });
    const program = createProgram(wiring, output);
    try {
        await program.parseAsync([...args], { from: "user" });
        return exitCodes.done;
    } catch (error) {
        if (error instanceof CommanderError) {
            return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
        }
        output.error(error instanceof AutomationError ? error.message : messageOf(error));
        return error instanceof AutomationError ? error.exitCode : exitCodes.failed;
    }
}

export function createProgram(wiring: Wiring, output: Output): Command {
    const program = new Command("meridian")
        .description("Regional failover by vote, on Pulumi")
        .showHelpAfterError()
        .exitOverride();

    program
        .command("engine")
        .description("find, install or build the Pulumi CLI and say which one it is")
        .addOption(homeOption())
        .option("--json", "one JSON document on stdout")
        .action((options: { home: string }) => engineCommand(wiring, output, options));

    return program;
}

function homeOption(): Option {
    return new Option("--home <folder>", "folder for what a run keeps")
        .env("MERIDIAN_HOME")
        .default(
            path.join(os.homedir(), ".cache", "meridian", "sandbox"),
            "~/.cache/meridian/sandbox",
        );
}
