import { expect } from "chai";
import fc from "fast-check";

import { propertyRuns } from "../../../support/propertyRuns";
import {
    DeliverAllCommand,
    DeliverCommand,
    EvacuateCommand,
    FaultCommand,
    faults,
    RecoverCommand,
    RepairCommand,
    ReturnCommand,
    RoundsCommand,
    SetClocksCommand,
} from "./faults";
import { HomeModel, names } from "./model";
import { Play } from "./play";
import { home, regions } from "./world";
import {
    HeldWriteCommand,
    ReadCommand,
    ReleaseCommand,
    RetryCommand,
    WriteCommand,
    type Command,
} from "./writes";

const region = fc.constantFrom(...regions);
const call = fc.record({ name: fc.constantFrom(...names), region });
const wish = fc.record({
    does: fc.constantFrom("put" as const, "put" as const, "delete" as const, "update" as const),
    over: fc.constantFrom(
        "seen" as const,
        "seen" as const,
        "seen before" as const,
        "absent" as const,
    ),
});
const fault = fc.constantFrom(...faults);

const write = fc
    .tuple(call, wish, fc.constantFrom("prompt" as const, "behind" as const))
    .map((of) => new WriteCommand(...of));
const heldWrite = fc
    .tuple(
        call,
        wish,
        fc.constantFrom("late" as const, "stopped" as const),
        fc.constantFrom("request" as const, "answer" as const),
    )
    .map((of) => new HeldWriteCommand(...of));
const read = fc
    .tuple(call, fc.constantFrom("local" as const, "home" as const))
    .map((of) => new ReadCommand(...of));

const commands: fc.Arbitrary<Command>[] = [
    write,
    write,
    write,
    write,
    read,
    read,
    heldWrite,
    fc.nat(5).map((which) => new ReleaseCommand(which)),
    region.map((one) => new RetryCommand(one)),
    fc.tuple(fault, region).map((of) => new FaultCommand(...of)),
    fc.tuple(fault, region).map((of) => new RepairCommand(...of)),
    fc
        .tuple(fc.integer({ min: 1, max: 4 }), fc.option(region, { nil: undefined }), fc.boolean())
        .map((of) => new RoundsCommand(...of)),
    fc
        .tuple(
            // The home's own region most of all, and often one that goes on to work.
            fc.constantFrom(...regions, home, home, home),
            fc.constantFrom("isolated" as const, "lost" as const, "well" as const, "well" as const),
            fc.boolean(),
        )
        .map((of) => new EvacuateCommand(...of)),
    fc.boolean().map((delivers) => new ReturnCommand(delivers)),
    fc.tuple(fc.nat(11), fc.nat(11)).map((of) => new DeliverCommand(...of)),
    fc.constant(new DeliverAllCommand()),
    fc.constant(new SetClocksCommand()),
    fc.constant(new RecoverCommand()),
];

describe("items with a home, whatever happens (model)", () => {
    it("are found as they were acknowledged, and written by their owner alone", async function () {
        // As long as so many plays take.
        this.timeout(0);
        await fc.assert(
            fc.asyncProperty(
                fc.commands(commands, { maxCommands: 30, size: "max" }),
                async (cmds) => {
                    const model = new HomeModel();
                    const play = await Play.start(model);
                    await fc.asyncModelRun(() => ({ model, real: play }), cmds);
                    if (model.broken.length === 0) {
                        await play.recover();
                    }
                    expect(model.broken.join("\n")).to.equal("");
                },
            ),
            { numRuns: propertyRuns(60) },
        );
    });
});
