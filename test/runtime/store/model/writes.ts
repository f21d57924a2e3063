import type { AsyncCommand } from "fast-check";

import { VersionVector } from "../../../../runtime/consistency/versionVector";
import { StaleEpochError } from "../../../../runtime/store/errors";
import type { Expected } from "../../../../runtime/store/items/homeItems";
import type { Read, Write } from "../../../../runtime/store/results";
import { isAs, keyOf, type HomeModel, type Intent, type Name } from "./model";
import { Gate, type Hold } from "./network";
import type { Play } from "./play";
import type { Manner, ModelRegion, World } from "./world";

export type Command = AsyncCommand<HomeModel, Play>;

/** Nothing is done any more once the store has broken a promise. */
export const goesOn = ({ broken }: Readonly<HomeModel>): boolean => broken.length === 0;

/** What a client does, and where. */
export interface Call {
    readonly name: Name;
    readonly region: ModelRegion;
}

/** What a writer wants: to write over what it saw last, over what it saw before that, over nothing, or whatever is there. */
export interface Wish {
    readonly does: "put" | "delete" | "update";
    readonly over: "seen" | "seen before" | "absent";
}

/** A write, from the call to its answer. */
export class WriteCommand implements Command {
    constructor(
        private readonly call: Call,
        private readonly wish: Wish,
        private readonly manner: Extract<Manner, "prompt" | "behind">,
    ) {}

    check = goesOn;

    async run(model: HomeModel, play: Play): Promise<void> {
        const intent = intended(model, play, this.call, this.wish, this.manner);
        await play.world.run(answered(model, play, intent, this.call.region));
    }

    toString = (): string => `${this.manner} ${textOf(this.wish)} ${at(this.call)}`;
}

/** A write that is held up on its way there or back, until `Release`. */
export class HeldWriteCommand implements Command {
    constructor(
        private readonly call: Call,
        private readonly wish: Wish,
        private readonly manner: Extract<Manner, "late" | "stopped">,
        private readonly where: Hold,
    ) {}

    check = goesOn;

    async run(model: HomeModel, play: Play): Promise<void> {
        const gate = new Gate(this.where);
        play.world.gate = gate;
        const intent = intended(model, play, this.call, this.wish, this.manner);
        const done = answered(model, play, intent, this.call.region);
        await play.world.run(Promise.race([done, gate.reached]));
        play.world.gate = undefined;
        play.held.push({ gate, done });
    }

    toString = (): string =>
        `${this.manner} ${textOf(this.wish)} ${at(this.call)} held at its ${this.where}`;
}

/** Lets a write go on that was held up. */
export class ReleaseCommand implements Command {
    constructor(private readonly which: number) {}

    check = goesOn;

    async run(_: HomeModel, { held, world }: Play): Promise<void> {
        const [one] = held.splice(this.which % Math.max(1, held.length), 1);
        await world.run(Promise.all([one?.gate.open(), one?.done]));
    }

    toString = (): string => `release(${this.which})`;
}

/** The last write that nobody knows of is sent again, perhaps elsewhere. */
export class RetryCommand implements Command {
    constructor(private readonly region: ModelRegion) {}

    check = goesOn;

    async run(model: HomeModel, play: Play): Promise<void> {
        const intent = play.unknown.pop();
        if (intent !== undefined) {
            // What was sent first may still be under way: the model goes on to know the writer as it was.
            const again: Intent = { ...intent, manner: "prompt" };
            await play.world.run(answered(model, play, again, this.region));
        }
    }

    toString = (): string => `retry from ${this.region}`;
}

export class ReadCommand implements Command {
    constructor(
        private readonly call: Call,
        private readonly consistency: "local" | "home",
    ) {}

    check = goesOn;

    async run(model: HomeModel, play: Play): Promise<void> {
        const { name, region } = this.call;
        const read = await play.world.run(
            play.world
                .store(region, "prompt")
                .get("profile", keyOf(name), { consistency: this.consistency }),
        );
        judgeRead(model, play.world, this.call, read, this.consistency);
        if (read.kind === "found" || read.kind === "absent") {
            play.saw(region, name, read.version);
        }
    }

    toString = (): string => `read ${this.consistency} ${at(this.call)}`;
}

function intended(
    model: HomeModel,
    play: Play,
    { name, region }: Call,
    { does, over }: Wish,
    manner: Manner,
): Intent {
    const n = ++play.writes;
    const [last, before] = play.seen(region, name);
    const expected: Expected =
        (over === "seen" ? last : over === "seen before" ? before : undefined) ?? "absent";
    const intent: Intent = {
        id: `op-${n}`,
        name,
        expected: does === "update" ? "whatever is there" : expected,
        n: does === "put" ? 1000 * n : does === "delete" ? "deleted" : "one more",
        manner,
        landings: [],
    };
    model.intents.set(intent.id, intent);
    return intent;
}

async function answered(
    model: HomeModel,
    play: Play,
    intent: Intent,
    region: ModelRegion,
): Promise<void> {
    const landed = intent.landings.length;
    let result: Write<unknown> | Error;
    try {
        result = await send(play.world, intent, region);
    } catch (error) {
        result = error as Error;
    }
    judge(model, play, intent, region, result, intent.landings.length - landed);
}

function send(
    world: World,
    { id: operation, name, expected, n, manner }: Intent,
    region: ModelRegion,
): Promise<Write<unknown>> {
    const store = world.store(region, manner);
    const key = keyOf(name);
    return expected === "whatever is there"
        ? store.update("profile", key, (there) => ({ n: Number(there?.["n"] ?? 0) + 1 }), {
              operation,
          })
        : n === "deleted"
          ? store.delete("profile", key, expected, { operation })
          : store.put("profile", key, { n: Number(n) }, expected, { operation });
}

/** Whether a write may have come to that. @param landed how often it was written since it was sent */
function judge(
    model: HomeModel,
    play: Play,
    intent: Intent,
    region: ModelRegion,
    result: Write<unknown> | Error,
    landed: number,
): void {
    const { id, name, expected, manner } = intent;
    const isPrompt = manner === "prompt";
    if (result instanceof Error) {
        const copies = [...model.copies.keys()].map((one) => model.copy(one, name)?.epoch);
        model.expect(
            !isPrompt &&
                landed === 0 &&
                result instanceof StaleEpochError &&
                copies.includes(result.itemEpoch) &&
                result.itemEpoch > result.epoch,
            `${id} threw ${String(result)}`,
        );
        return;
    }
    switch (result.kind) {
        case "written": {
            model.acknowledged(intent, result.region, result.version);
            const n = (result.value as { readonly n?: number } | undefined)?.n;
            model.expect(
                result.repeated ||
                    intent.landings.some(
                        (one) =>
                            one.n === n &&
                            one.region === result.region &&
                            one.version.compare(result.version) === "equal",
                    ),
                `${id} was acknowledged as ${n} ${result.version.toString()}`,
            );
            play.saw(region, name, result.version);
            return;
        }
        case "conflict": {
            const { current } = result;
            const copy = model.copy(current.region, name);
            model.expect(landed === 0, `${id} was written and is told to be in conflict`);
            // What was held up may have been judged by what was there then.
            if (manner === "prompt" || manner === "behind") {
                model.expect(
                    (copy?.version ?? VersionVector.empty).compare(current.version) === "equal" &&
                        expected !== "whatever is there" &&
                        !isAs(copy, expected),
                    `${id} is told to be in conflict with ${current.version.toString()}, and expected ${expected.toString()}`,
                );
            }
            model.expect(
                !isPrompt || current.region === model.owner,
                `${id} was judged in ${current.region}, and ${model.owner} has the home`,
            );
            play.saw(region, name, current.version);
            return;
        }
        case "unknown":
            play.unknown.push(intent);
            model.expect(!isPrompt || !model.isWell, `${id} is unknown: ${result.reason}`);
            return;
        case "unavailable":
            model.expect(landed === 0, `${id} was written and is told to be unavailable`);
            model.expect(!isPrompt || !model.isWell, `${id} is unavailable: ${result.reason}`);
            return;
        case "refused":
            model.expect(false, `${id} was refused`);
    }
}

function judgeRead(
    model: HomeModel,
    world: World,
    { name, region }: Call,
    read: Read<unknown>,
    consistency: "local" | "home",
): void {
    if (read.kind === "unavailable") {
        model.expect(!model.isWell, `${name} cannot be read from ${region}: ${read.reason}`);
        return;
    }
    if (read.kind === "behind") {
        model.expect(false, `${name} is behind no token, from ${region}`);
        return;
    }
    const copy = model.copy(read.region, name);
    const n =
        read.kind === "found" ? (read.value as { readonly n?: number } | undefined)?.n : undefined;
    model.expect(
        world.network.reaches(region, read.region) &&
            n === copy?.n &&
            (copy?.version ?? VersionVector.empty).compare(read.version) === "equal",
        `${name} is read as ${n} ${read.version.toString()} in ${read.region}`,
    );
    if (consistency === "home") {
        model.expect(
            read.region === model.owner,
            `${name} was read at home in ${read.region}, and ${model.owner} has the home`,
        );
        model.foundAtHome(name, read.version);
    }
}

function at({ name, region }: Call): string {
    return `${name} from ${region}`;
}

function textOf({ does, over }: Wish): string {
    return does === "update" ? does : `${does} over ${over}`;
}
