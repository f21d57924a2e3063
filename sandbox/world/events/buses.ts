import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";

import { AwsError } from "../../aws/awsError";
import { busNameOf, ruleType } from "../../aws/events/buses";
import { text } from "../../aws/support/known";
import { policyAllows, policyDenies } from "../../aws/support/policyDocument";
import { deliver, refuseUnreachable, regionOf, type FailedDeliveries } from "../deliveries";
import { roleAllows } from "../permissions";
import type { StoreChange } from "../store";
import type { Topics } from "../topics/topics";
import type {
    BusEvent,
    EventBuses,
    FunctionInvoker,
    MetricSink,
    Part,
    QueueSender,
    World,
} from "../world";
import { targetInput } from "./input";
import { matchingRules, ruleOf, targetsOfRule, type Rule, type Target } from "./rules";
import { onSchedule } from "./schedule";

const busPolicyType = "aws:cloudwatch/eventBusPolicy:EventBusPolicy";
const principal = "events.amazonaws.com";

/**
 * World milliseconds before a delivery, before its first repetition and before later ones. AWS says
 * "exponential back-off with jitter" for up to 24 hours; what matters here is that an event outlives
 * an outage and arrives soon after it.
 */
const delaysMs = [200, 5000, 30_000] as const;

export interface BusesDeps {
    readonly metrics: MetricSink;
    readonly queues: QueueSender;
    readonly topics: Topics;
    readonly functions: FunctionInvoker;
    readonly failures: FailedDeliveries;
}

/** An event that a bus took. */
export interface AcceptedEvent {
    /** Region of the bus. */
    readonly region: string;
    readonly bus: string;
    readonly event: BusEvent;
}

/** EventBridge: the event buses of every region, their rules and their schedules. */
export class Buses extends EventEmitter<{ event: [AcceptedEvent] }> implements Part, EventBuses {
    readonly #schedules = new Map<string, { readonly expression: string; stop: () => void }>();

    constructor(
        private readonly world: World,
        private readonly deps: BusesDeps,
    ) {
        super();
        this.setMaxListeners(0);
    }

    async start(): Promise<void> {
        const { store } = this.world;
        for (const resource of store.list(ruleType)) {
            this.#follow({ kind: "put", resource });
        }
        store.on("change", this.#follow);
    }

    async stop(): Promise<void> {
        this.world.store.off("change", this.#follow);
        for (const { stop } of this.#schedules.values()) {
            stop();
        }
        this.#schedules.clear();
    }

    /** Puts an event on a region's default bus; it is delivered a moment later. */
    put(region: string, event: BusEvent, bus = "default"): void {
        this.#accept(region, bus, event, false);
    }

    #accept(region: string, bus: string, event: BusEvent, forwarded: boolean): void {
        this.emit("event", { region, bus, event });
        for (const rule of matchingRules(this.world.store, region, bus, event)) {
            this.#trigger(rule, event, forwarded);
        }
    }

    #trigger(rule: Rule, event: BusEvent, forwarded: boolean): void {
        this.#count(rule, "MatchedEvents");
        for (const target of targetsOfRule(this.world.store, rule)) {
            const isBus = target.arn.split(":")[2] === "events";
            // What came from another bus goes to no third one, or two regions that tell each other
            // everything would never stop:
            // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
            if (isBus && forwarded) {
                continue;
            }
            deliver(this.world, {
                delaysMs,
                attempt: () => {
                    refuseUnreachable(this.world, rule.region, regionOf(target.arn));
                    this.#send(rule, target, event);
                    this.#count(rule, "Invocations");
                },
                maximumRetries: target.maximumRetries,
                maximumAgeMs: target.maximumAgeSeconds * 1000,
                onGivenUp: (error) => this.#giveUp(rule, target, event, error),
            });
        }
    }

    #send(rule: Rule, target: Target, event: BusEvent): void {
        const input = (): unknown => targetInput(target.props, { version: "0", ...event });
        const service = target.arn.split(":")[2];
        switch (service) {
            case "lambda":
                this.deps.functions.invokeAsync(target.arn, input(), principal, rule.arn);
                return;
            case "sqs":
                this.deps.queues.send(target.arn, textOf(input()), principal, rule.arn);
                return;
            case "sns":
                this.deps.topics.publishAsService(target.arn, textOf(input()), undefined, {
                    principal,
                    sourceArn: rule.arn,
                });
                return;
            case "events":
                this.#forward(rule, target, event);
                return;
            default:
                throw new AwsError(
                    "NotImplemented",
                    `the rehearsal cloud delivers events to lambda, sqs, sns and events, not to ${service}`,
                );
        }
    }

    #forward(rule: Rule, target: Target, event: BusEvent): void {
        const region = regionOf(target.arn);
        const bus = target.arn.split("event-bus/").pop() ?? "";
        const allowed = this.#mayForward(rule, target, region, bus);
        this.world.journal.add({
            atMs: this.world.clock.now(),
            caller: `events:${rule.region}`,
            plane: "data",
            service: "events",
            action: "PutEvents",
            region,
            outcome: allowed ? "ok" : "refused",
        });
        if (!allowed) {
            throw new AwsError(
                "AccessDeniedException",
                `${target.roleArn ?? "no role"} may not put events on ${target.arn}`,
            );
        }
        this.#accept(region, bus, event, true);
    }

    /**
     * Within an account the rule's role is enough, and a bus's policy can only take it away.
     * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
     */
    #mayForward(rule: Rule, target: Target, region: string, bus: string): boolean {
        const { store } = this.world;
        const policies = store
            .list(busPolicyType, region)
            .filter(({ outputs }) => busNameOf(outputs) === bus)
            .map(({ outputs }) => text(outputs, "policy") ?? "");
        const request = {
            principal:
                target.roleArn === undefined ? { service: principal } : { arn: target.roleArn },
            action: "events:PutEvents",
            resource: target.arn,
            context: { "aws:SourceArn": rule.arn, "aws:SourceAccount": this.world.accountId },
        };
        if (policies.some((policy) => policyDenies(policy, request))) {
            return false;
        }
        return (
            roleAllows(this.world, target.roleArn, principal, "events:PutEvents", target.arn) ||
            // A bus of the rule's own region needs no role.
            (region === rule.region && target.roleArn === undefined) ||
            policies.some((policy) => policyAllows(policy, request))
        );
    }

    #giveUp(rule: Rule, target: Target, event: BusEvent, error: unknown): void {
        this.#count(rule, "FailedInvocations");
        this.deps.failures.add(rule.arn, target.arn, error);
        if (target.deadLetterArn === undefined) {
            return;
        }
        try {
            this.deps.queues.send(
                target.deadLetterArn,
                JSON.stringify({ version: "0", ...event }),
                principal,
                rule.arn,
            );
            this.#count(rule, "InvocationsSentToDlq");
            this.deps.failures.keep(rule.arn, target.deadLetterArn);
        } catch (refusal) {
            this.#count(rule, "InvocationsFailedToBeSentToDlq");
            this.deps.failures.add(rule.arn, target.deadLetterArn, refusal);
        }
    }

    readonly #follow = ({ kind, resource }: StoreChange): void => {
        if (resource.type !== ruleType) {
            return;
        }
        const key = `${resource.region}|${resource.id}`;
        const rule = kind === "put" ? ruleOf(resource) : undefined;
        const current = this.#schedules.get(key);
        if (current !== undefined && current.expression === rule?.schedule) {
            return;
        }
        current?.stop();
        this.#schedules.delete(key);
        if (rule?.schedule !== undefined) {
            const { schedule } = rule;
            try {
                const stop = onSchedule(this.world.clock, schedule, () => this.#tick(rule));
                this.#schedules.set(key, { expression: schedule, stop });
            } catch (error) {
                this.deps.failures.add(rule.arn, rule.arn, error);
            }
        }
    };

    #tick(rule: Rule): void {
        const { clock, faults, accountId } = this.world;
        // A lost region's scheduler is lost too, and does not catch up.
        if (faults.blackedOut(rule.region)) {
            return;
        }
        const time = new Date(clock.now()).toISOString();
        this.#trigger(
            rule,
            {
                id: createHash("md5").update(`${rule.arn}|${time}`).digest("hex"),
                source: "aws.events",
                "detail-type": "Scheduled Event",
                account: accountId,
                time,
                region: rule.region,
                resources: [rule.arn],
                detail: {},
            },
            false,
        );
    }

    /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
    #count(rule: Rule, metric: string): void {
        this.deps.metrics.put({
            region: rule.region,
            namespace: "AWS/Events",
            metric,
            dimensions: { RuleName: rule.name },
            value: 1,
        });
    }
}

function textOf(input: unknown): string {
    return typeof input === "string" ? input : JSON.stringify(input);
}
