import { Option, type Command } from "commander";

import { cost, costWarnings } from "../commands/cost";
import { costText } from "../commands/costText";
import { ownPriceTable, readPriceTable } from "../cost/priceTable";
import { ownUsage, readUsage, withUsage } from "../cost/usage";
import { exitCodes } from "./exitCode";
import { homeOption, jsonOption, stackOption } from "./options";
import type { CommandScope } from "./scope";
import { openEstate } from "./session";

interface CostFlags {
    readonly home: string;
    readonly stack?: readonly string[];
    readonly planned?: boolean;
    readonly usage: readonly string[];
    readonly usageFile: string;
    readonly prices: string;
}

/** `cost`. */
export function addCostCommand(program: Command, scope: CommandScope): void {
    program
        .command("cost")
        .description("estimate what the estate costs in a month, per stack and system")
        .addOption(stackOption())
        .option("--planned", "what `deploy` would make of the stacks, not what is deployed")
        .addOption(
            new Option(
                "--usage <name=value...>",
                "a month's use, such as requests=5000000; the names are in the usage file",
            ).default([], "the usage file's"),
        )
        .option("--usage-file <file>", "every assumption about a month's use", ownUsage)
        .option("--prices <file>", "the price table", ownPriceTable)
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: CostFlags) =>
            scope.run(async ({ wiring, output, signal }) => {
                const prices = await readPriceTable(flags.prices);
                const usage = withUsage(await readUsage(flags.usageFile), flags.usage);
                const estate = await openEstate(wiring, output, {
                    home: flags.home,
                    acceptBackendRegion: true,
                });
                const report = await cost(estate, {
                    prices,
                    usage,
                    ...(flags.stack === undefined ? {} : { stacks: flags.stack }),
                    planned: flags.planned === true,
                    now: Date.now(),
                    signal,
                    onProgress: (line) => output.progress(line),
                });
                for (const warning of costWarnings(report)) {
                    output.warn(warning);
                }
                output.result(report, costText(report));
                return report.stacks.some(({ from }) => from === "nowhere")
                    ? exitCodes.failed
                    : exitCodes.done;
            }),
        );
}
