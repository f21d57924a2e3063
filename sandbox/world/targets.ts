import { EventEmitter } from "node:events";

/** What a target group can route to. */
export interface Target {
    /** Unique in its group. */
    readonly id: string;
    readonly address: string;
    readonly port: number;
    /** Where another port of it is reached, for health checks that have their own. @default the same */
    readonly portFor?: (port: number) => number;
    /** How many tasks it stands for: one process runs for all of a service's. */
    readonly count: () => number;
}

/** As `DescribeTargetHealth` names them; `draining` targets finish what they have and get nothing new. */
export type TargetState = "initial" | "healthy" | "unhealthy" | "draining";

/** A target in its group. */
export interface Registration {
    readonly groupArn: string;
    readonly target: Target;
    state: TargetState;
    /** Requests it is working on. */
    inFlight: number;
}

/**
 * Who is registered with which target group, and how they are: services register their tasks, load
 * balancers probe them and route to them. `change` says which group has another answer.
 */
export class Targets extends EventEmitter<{ change: [groupArn: string] }> {
    readonly #groups = new Map<string, Registration[]>();

    constructor() {
        super();
        this.setMaxListeners(0);
    }

    register(groupArn: string, target: Target): Registration {
        const registration: Registration = { groupArn, target, state: "initial", inFlight: 0 };
        this.#groups.set(groupArn, [...this.all(groupArn), registration]);
        this.emit("change", groupArn);
        return registration;
    }

    /** Takes the target out of routing; it stays `draining` until `remove`. */
    drain(registration: Registration): void {
        this.setState(registration, "draining");
    }

    remove(registration: Registration): void {
        const { groupArn } = registration;
        const left = this.all(groupArn).filter((other) => other !== registration);
        if (left.length === 0) {
            this.#groups.delete(groupArn);
        } else {
            this.#groups.set(groupArn, left);
        }
        this.emit("change", groupArn);
    }

    setState(registration: Registration, state: TargetState): void {
        if (registration.state !== state && registration.state !== "draining") {
            registration.state = state;
            this.emit("change", registration.groupArn);
        }
    }

    /** Everything in the group, draining targets too. */
    all(groupArn: string): readonly Registration[] {
        return this.#groups.get(groupArn) ?? [];
    }

    /** What is registered: all but the draining. */
    registered(groupArn: string): readonly Registration[] {
        return this.all(groupArn).filter(({ state }) => state !== "draining");
    }

    /** Groups that have targets. */
    groups(): readonly string[] {
        return [...this.#groups.keys()];
    }
}
