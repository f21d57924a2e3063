import { z } from "zod";

import { alarmName, parseAlarmRule, ruleHolds } from "../../aws/cloudwatch/alarmRule";
import { compositeToken } from "../../aws/cloudwatch/compositeAlarm";
import { properties } from "../properties";
import type { StoreChange, StoredResource } from "../store";
import type { World } from "../world";
import type { AlarmChange, AlarmStatus, Announcer } from "./announcer";
import type { AlarmState } from "./evaluate";

const schema = z.object({
    alarmName: z.string(),
    arn: z.string(),
    alarmRule: z.string(),
    alarmDescription: z.string().optional(),
    actionsEnabled: z.boolean().default(true),
    alarmActions: z.array(z.string()).default([]),
    okActions: z.array(z.string()).default([]),
    insufficientDataActions: z.array(z.string()).default([]),
    actionsSuppressor: z
        .object({ alarm: z.string(), extensionPeriod: z.number(), waitPeriod: z.number() })
        .optional(),
});

type Composite = z.infer<typeof schema> & { readonly name: string };

export interface CompositesDeps {
    readonly announcer: Announcer;
    /** State of any alarm of a region, metric or composite. */
    readonly stateOf: (region: string, name: string) => AlarmState | undefined;
    readonly onChange: (change: AlarmChange) => void;
}

/**
 * Composite alarms: evaluated whenever an alarm of their region changed. What a suppressor holds back
 * are the actions; the state and its event are not held back.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
 */
export class Composites {
    readonly #status = new Map<string, AlarmStatus>();
    readonly #changes: AlarmChange[] = [];
    /** Changes whose actions wait, by alarm. */
    readonly #heldBack = new Map<string, AlarmChange>();

    constructor(
        private readonly world: World,
        private readonly deps: CompositesDeps,
    ) {}

    /** Status by region and name; undefined when there is no such alarm. */
    status(region: string, name: string): AlarmStatus | undefined {
        const resource = this.world.store.get(compositeToken, region, name);
        return resource === undefined ? undefined : this.#statusOf(resource);
    }

    /** Every change of a composite alarm since then, oldest first. */
    changes(sinceMs = Number.NEGATIVE_INFINITY): readonly AlarmChange[] {
        return this.#changes.filter((change) => change.sinceMs >= sinceMs);
    }

    /** Evaluates those of the regions that can; those that ask others follow them within the call. */
    evaluate(): void {
        for (const resource of this.world.store.list(compositeToken)) {
            if (!this.world.faults.blackedOut(resource.region)) {
                this.#evaluate(resource);
            }
        }
    }

    /** Hears of a change of any alarm: rules are looked at again, and suppressors let go. */
    hear(change: AlarmChange): void {
        this.evaluate();
        if (change.previous !== "ALARM") {
            return;
        }
        for (const resource of this.world.store.list(compositeToken, change.region)) {
            const composite = compositeOf(resource);
            const suppressor = composite.actionsSuppressor;
            if (suppressor !== undefined && alarmName(suppressor.alarm) === change.name) {
                this.#actAfter(resource, composite, suppressor.extensionPeriod);
            }
        }
    }

    forget({ kind, resource }: StoreChange): void {
        if (kind === "delete" && resource.type === compositeToken) {
            this.#status.delete(keyOf(resource));
            this.#heldBack.delete(keyOf(resource));
        }
    }

    #evaluate(resource: StoredResource): void {
        const composite = compositeOf(resource);
        const { region } = resource;
        const holds = ruleHolds(parseAlarmRule(composite.alarmRule), (name) =>
            this.deps.stateOf(region, name),
        );
        const state = holds ? "ALARM" : "OK";
        const before = this.#statusOf(resource);
        if (state === before.state) {
            return;
        }
        const change: AlarmChange = {
            ...before,
            state,
            sinceMs: this.world.clock.now(),
            reason: `${composite.alarmRule} is ${holds}`,
            previous: before.state,
        };
        this.#status.set(keyOf(resource), change);
        this.#changes.push(change);
        this.deps.announcer.putEvent(composite, change, { alarmRule: composite.alarmRule });
        this.#heldBack.set(keyOf(resource), change);
        // It may be that the suppressor is about to go into alarm for the same cause.
        this.#actAfter(resource, composite, composite.actionsSuppressor?.waitPeriod ?? 0);
        this.deps.onChange(change);
    }

    /** Acts on what is held back, unless the suppressor is in alarm by then. */
    #actAfter(resource: StoredResource, composite: Composite, seconds: number): void {
        const key = keyOf(resource);
        const change = this.#heldBack.get(key);
        const suppressor = composite.actionsSuppressor;
        const act = (): void => {
            const suppressed =
                suppressor !== undefined &&
                this.deps.stateOf(resource.region, alarmName(suppressor.alarm)) === "ALARM";
            // A later change has a wait of its own.
            const current = this.#heldBack.get(key) === change;
            if (change !== undefined && current && !suppressed) {
                this.#heldBack.delete(key);
                this.deps.announcer.act(composite, change);
            }
        };
        if (suppressor === undefined || seconds === 0) {
            act();
        } else {
            this.world.clock.after(1000 * seconds, act);
        }
    }

    #statusOf(resource: StoredResource): AlarmStatus {
        return (
            this.#status.get(keyOf(resource)) ?? {
                region: resource.region,
                name: resource.id,
                state: "INSUFFICIENT_DATA",
                sinceMs: 0,
                reason: "not evaluated yet",
            }
        );
    }
}

function compositeOf(resource: StoredResource): Composite {
    const composite = schema.parse(properties(resource));
    return { ...composite, name: composite.alarmName };
}

function keyOf(resource: StoredResource): string {
    return `${resource.region}|${resource.id}`;
}
