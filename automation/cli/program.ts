import { Command, CommanderError } from "commander";

import { engineCommand } from "../commands/engine";
import { AutomationError, messageOf } from "../errors";
import { version } from "../../package.json";
import type { Wiring } from "../wiring";
import { addConsistencyCommand } from "./consistency";
import { addCostCommand } from "./costs";
import { exitCodes, type ExitCode } from "./exitCode";
import { addLaneCommands } from "./lanes";
import { addLifecycleCommands } from "./lifecycle";
import { homeOption, jsonOption } from "./options";
import { Output, type Terminal } from "./output";
import { addReconcileCommand } from "./reconcile";
import { addRehearsalCommands } from "./rehearse";
import { CommandScope } from "./scope";

/** Runs one command line and returns its exit code. Never throws. */
export async function runCommandLine(
    wiring: Wiring,
    args: readonly string[],
    terminal: Terminal = {},
): Promise<ExitCode> {
    const output = new Output({ json: args.includes("--json"), terminal });
    const scope = new CommandScope(wiring, output);
    try {
        await createProgram(scope, terminal).parseAsync([...args], { from: "user" });
        return scope.exitCode;
    } catch (error) {
        if (error instanceof CommanderError) {
            if (error.exitCode === 0) {
                return exitCodes.done;
            }
            output.failureDocument("usage", error.message.replace(/^error: /, ""));
            return exitCodes.usage;
        }
        output.failure(codeOf(error), inOurWords(messageOf(error)));
        return error instanceof AutomationError ? error.exitCode : exitCodeOf(error);
    }
}

function createProgram(scope: CommandScope, terminal: Terminal): Command {
    const program = new Command("meridian")
        .description("Regional failover by vote, on Pulumi")
        .version(version)
        .showHelpAfterError()
        .exitOverride()
        .configureOutput({
            writeOut: (text) => (terminal.stdout ?? process.stdout).write(text),
            writeErr: (text) => (terminal.stderr ?? process.stderr).write(text),
        })
        .addHelpText(
            "after",
            "\nExit status: 0 done or objectives met, 1 failed, 2 usage or configuration, 3 an objective missed.",
        );

    addLifecycleCommands(program, scope);
    addLaneCommands(program, scope);
    addRehearsalCommands(program, scope);
    addCostCommand(program, scope);
    addConsistencyCommand(program, scope);
    addReconcileCommand(program, scope);
    program
        .command("engine")
        .description("find, install or build the Pulumi CLI and say which one it is")
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((options: { home: string }) =>
            scope.run(async ({ wiring, output }) => {
                await engineCommand(wiring, output, options);
                return exitCodes.done;
            }),
        );
    return program;
}

/** The sandbox names its options as code does; a person at a terminal writes `--ports api=4567`. */
function inOurWords(message: string): string {
    return message.replace(/\bports\.(\w+)/g, "--ports $1=<port>");
}

/** Errors of the sandbox that are the user's to put right, by name: it knows nothing of our classes. */
const usageErrors = new Set(["AddressError", "EngineError"]);

function exitCodeOf(error: unknown): ExitCode {
    return error instanceof Error && usageErrors.has(error.name)
        ? exitCodes.usage
        : exitCodes.failed;
}

function codeOf(error: unknown): string {
    return error instanceof AutomationError
        ? error.code
        : error instanceof Error && usageErrors.has(error.name)
          ? "usage"
          : "failed";
}
