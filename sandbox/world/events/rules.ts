import { busNameOf, ruleType, targetsOf } from "../../aws/events/buses";
import { record, text } from "../../aws/support/known";
import type { Props, Store, StoredResource } from "../store";
import type { BusEvent } from "../world";
import { matchesPattern } from "./pattern";

/** Longest age and most retries of an event without a policy, https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html. */
const defaultRetry = { maximumAgeSeconds: 86_400, maximumRetries: 185 };

/** An event rule that is on. */
export interface Rule {
    readonly arn: string;
    readonly region: string;
    readonly bus: string;
    readonly name: string;
    readonly pattern: Props | undefined;
    readonly schedule: string | undefined;
}

export interface Target {
    readonly arn: string;
    readonly roleArn: string | undefined;
    readonly deadLetterArn: string | undefined;
    readonly maximumAgeSeconds: number;
    readonly maximumRetries: number;
    /** For `targetInput`. */
    readonly props: Props;
}

/** The rule a resource stands for; undefined while it is disabled. */
export function ruleOf({ outputs, region }: StoredResource): Rule | undefined {
    const pattern = text(outputs, "eventPattern");
    return text(outputs, "state") === "DISABLED" || outputs["isEnabled"] === false
        ? undefined
        : {
              arn: text(outputs, "arn") ?? "",
              region,
              bus: busNameOf(outputs),
              name: text(outputs, "name") ?? "",
              pattern: pattern === undefined ? undefined : (JSON.parse(pattern) as Props),
              schedule: text(outputs, "scheduleExpression"),
          };
}

/** The rules of a bus that an event matches. */
export function matchingRules(
    store: Store,
    region: string,
    bus: string,
    event: BusEvent,
): readonly Rule[] {
    return store.list(ruleType, region).flatMap((resource) => {
        const rule = ruleOf(resource);
        return rule?.bus === bus &&
            rule.pattern !== undefined &&
            matchesPattern(rule.pattern, event)
            ? [rule]
            : [];
    });
}

export function targetsOfRule(store: Store, rule: Rule): readonly Target[] {
    return targetsOf(rule.bus, rule.name, { store, region: rule.region }).map(({ outputs }) => {
        const retry = record(outputs, "retryPolicy");
        return {
            arn: text(outputs, "arn") ?? "",
            roleArn: text(outputs, "roleArn"),
            deadLetterArn: text(record(outputs, "deadLetterConfig"), "arn"),
            maximumAgeSeconds: Number(
                retry?.["maximumEventAgeInSeconds"] ?? defaultRetry.maximumAgeSeconds,
            ),
            maximumRetries: Number(retry?.["maximumRetryAttempts"] ?? defaultRetry.maximumRetries),
            props: outputs,
        };
    });
}
