import type { ProviderSettings } from "../../../sandbox/aws/provider/protocol";
import { hostedZoneResource } from "../../../sandbox/aws/route53/hostedZones";
import { ControlPlane, type ControlPlaneOptions } from "../../../sandbox/world/controlPlane";
import type { Props } from "../../../sandbox/world/store";
import type { NetworkPorts } from "../../../sandbox/world/network";
import { accountId, fakeWorld } from "./fakeWorld";

export const zoneId = "Z0123456789EXAMPLE";

export interface Made {
    readonly id: string;
    readonly outputs: Props;
}

/** An account behind real control planes, driven as the engine drives them: check, then create. */
export class Account {
    readonly world: ReturnType<typeof fakeWorld>;
    readonly controlPlane: ControlPlane;
    readonly #names = new Map<string, number>();

    constructor(options: ControlPlaneOptions = {}, ports?: NetworkPorts) {
        this.world = fakeWorld([hostedZoneResource({ id: zoneId, name: "example.com" })], ports);
        this.controlPlane = new ControlPlane(this.world, options);
    }

    close(): void {
        this.world.close();
    }

    /** `property: reason` of every failure of a check; empty when it passes. */
    failures(type: string, inputs: Props): readonly string[] {
        return this.#check(type, "resource", inputs, "eu-west-1").failures.map(
            ({ property, reason }) => `${property}: ${reason}`,
        );
    }

    /** Checks and creates. Rejects with what the check or AWS said. */
    async create(type: string, inputs: Props, region = "eu-west-1"): Promise<Made> {
        const count = (this.#names.get(type) ?? 0) + 1;
        this.#names.set(type, count);
        const name = `r${count}`;
        const { inputs: checked, failures } = this.#check(type, name, inputs, region);
        if (failures.length > 0) {
            throw new Error(
                failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "),
            );
        }
        const made = await this.controlPlane.create({
            settings: settings(region),
            urn: urnOf(type, name),
            properties: checked,
            preview: false,
        });
        return { id: made.id, outputs: made.properties };
    }

    async update(type: string, made: Made, inputs: Props, region = "eu-west-1"): Promise<Made> {
        const answer = await this.controlPlane.update({
            settings: settings(region),
            urn: urnOf(type, "r1"),
            id: made.id,
            olds: made.outputs,
            news: this.#check(type, "r1", inputs, region).inputs,
            preview: false,
        });
        return { id: made.id, outputs: answer.properties };
    }

    async delete(type: string, made: Made, region = "eu-west-1"): Promise<void> {
        await this.controlPlane.delete({
            settings: settings(region),
            urn: urnOf(type, "r1"),
            id: made.id,
            properties: made.outputs,
        });
    }

    /** Puts a resource into the account as if another stack had made it. */
    given(type: string, id: string, outputs: Props, region = "eu-west-1"): void {
        this.world.store.put({ type, region, id, inputs: outputs, outputs: { id, ...outputs } });
    }

    #check(type: string, name: string, inputs: Props, region: string) {
        return this.controlPlane.check({
            settings: settings(region),
            urn: urnOf(type, name),
            olds: undefined,
            news: inputs,
            randomSeed: "00ff",
        });
    }
}

export function settings(region: string): ProviderSettings {
    return { region, defaultTags: {} };
}

export function urnOf(type: string, name: string, stack = "test"): string {
    return `urn:pulumi:${stack}::project::${type}::${name}`;
}

/** What a promise was refused with; fails when it was not. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
    try {
        await promise;
    } catch (error) {
        return (error as Error).message;
    }
    throw new Error("was not refused");
}

/** A role that a service may assume, in the account. */
export function givenRole(account: Account, name: string, service: string): string {
    const arn = `arn:aws:iam::${accountId}:role/${name}`;
    account.given(
        "aws:iam/role:Role",
        name,
        {
            arn,
            name,
            assumeRolePolicy: JSON.stringify({
                Version: "2012-10-17",
                Statement: [
                    {
                        Effect: "Allow",
                        Principal: { Service: service },
                        Action: "sts:AssumeRole",
                    },
                ],
            }),
        },
        "global",
    );
    return arn;
}
