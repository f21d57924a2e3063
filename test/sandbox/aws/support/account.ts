import { ControlPlane } from "../../../../sandbox/world/controlPlane";
import type { Props, Store } from "../../../../sandbox/world/store";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

/** An account behind its control planes, used as the provider uses them: check, then create, update or delete. */
export class Account {
    readonly #plane: ControlPlane;
    readonly #made = new Map<string, { id: string; properties: Props }>();

    private constructor(
        private readonly world: SmallWorld,
        readonly region: string,
    ) {
        this.#plane = new ControlPlane(world);
    }

    static async open(region = "eu-west-1"): Promise<Account> {
        return new Account(await smallWorld(), region);
    }

    close(): void {
        this.world.end();
    }

    get store(): Store {
        return this.world.store;
    }

    /** Puts a resource in the account without asking anybody. */
    declare(type: string, id: string, outputs: Props, region = this.region): void {
        this.world.declare(type, region, id, outputs, { id });
    }

    /** What check says of the inputs, `property: reason` each; empty when it accepts them. */
    problems(type: string, inputs: Props): readonly string[] {
        return this.#check(type, "checked", inputs).failures.map(
            ({ property, reason }) => `${property}: ${reason}`,
        );
    }

    /** Creates the resource and answers its outputs. @throws when check or AWS refuses it */
    async create(type: string, name: string, inputs: Props): Promise<Props> {
        const checked = this.#accepted(type, name, inputs);
        const made = await this.#plane.create({
            ...this.#call(type, name),
            properties: checked,
            preview: false,
        });
        this.#made.set(`${type} ${name}`, made);
        return made.properties;
    }

    async update(type: string, name: string, inputs: Props): Promise<Props> {
        const old = this.#existing(type, name);
        const checked = this.#accepted(type, name, inputs);
        const made = await this.#plane.update({
            ...this.#call(type, name),
            id: old.id,
            olds: old.properties,
            news: checked,
            preview: false,
        });
        this.#made.set(`${type} ${name}`, { id: old.id, properties: made.properties });
        return made.properties;
    }

    async remove(type: string, name: string): Promise<void> {
        const { id, properties } = this.#existing(type, name);
        await this.#plane.delete({ ...this.#call(type, name), id, properties });
        this.#made.delete(`${type} ${name}`);
    }

    /** The top-level properties whose change from `old` to `fresh` replaces the resource. */
    replaces(type: string, old: Props, fresh: Props): readonly string[] {
        return this.#plane.diff({
            ...this.#call(type, "diffed"),
            id: "id",
            olds: old,
            oldInputs: old,
            news: fresh,
            ignoreChanges: [],
        }).replaces;
    }

    #call(
        type: string,
        name: string,
    ): { urn: string; settings: { region: string; defaultTags: Record<string, string> } } {
        return {
            urn: `urn:pulumi:test::meridian::${type}::${name}`,
            settings: { region: this.region, defaultTags: {} },
        };
    }

    #check(type: string, name: string, inputs: Props) {
        return this.#plane.check({
            ...this.#call(type, name),
            olds: undefined,
            news: inputs,
            randomSeed: "00",
        });
    }

    #accepted(type: string, name: string, inputs: Props): Props {
        const { inputs: checked, failures } = this.#check(type, name, inputs);
        if (failures.length > 0) {
            throw new Error(
                failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"),
            );
        }
        return checked;
    }

    #existing(type: string, name: string): { id: string; properties: Props } {
        const made = this.#made.get(`${type} ${name}`);
        if (made === undefined) {
            throw new Error(`the test made no ${type} called ${name}`);
        }
        return made;
    }
}

/** The message of what the call is refused with. @throws when it is not refused */
export async function refusal(call: Promise<unknown>): Promise<string> {
    try {
        await call;
    } catch (error) {
        return (error as Error).message;
    }
    throw new Error("it was accepted");
}
