import { randomUUID } from "node:crypto";

import { secretRotationToken } from "../../aws/secretsmanager/tokens";
import { AwsError } from "../../aws/awsError";
import { flag, number, record, text } from "../../aws/support/known";
import type { FailedDeliveries } from "../deliveries";
import { onSchedule } from "../events/schedule";
import type { Ending } from "../functions/instance";
import type { StoreChange, StoredResource } from "../store";
import type { World } from "../world";
import { versionWith, type SecretCopy } from "./copy";
import type { Secrets } from "./secrets";

const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

/** AWS says that a rotation which failed is attempted again, and not when. World milliseconds. */
const againMs = 3_600_000;

export interface RotationDeps {
    /** Invokes a function as a service and waits. @throws AwsError when it may not, or cannot */
    readonly invoke: (
        functionArn: string,
        payload: unknown,
        principal: string,
        sourceArn: string,
    ) => Promise<Ending>;
    readonly failures: Pick<FailedDeliveries, "add">;
}

interface Plan {
    readonly functionArn: string;
    readonly stop: () => void;
    running: boolean;
}

/**
 * Runs rotations by their schedules, and at once where that is asked for: each of the four steps by the
 * account's own function, the next one only when the one before ended well.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export class Rotations {
    readonly #plans = new Map<string, Plan>();

    constructor(
        private readonly world: World,
        private readonly secrets: Secrets,
        private readonly deps: RotationDeps,
    ) {}

    start(): void {
        const { store } = this.world;
        store.list(secretRotationToken).forEach((resource) => this.#plan(resource));
        store.on("change", this.#follow);
    }

    stop(): void {
        this.world.store.off("change", this.#follow);
        this.#plans.forEach(({ stop }) => stop());
        this.#plans.clear();
    }

    /** What a secret is rotated by, and how. */
    of(secretArn: string): StoredResource | undefined {
        return this.world.store
            .list(secretRotationToken)
            .find(
                ({ outputs }) =>
                    text(outputs, "secretId") === secretArn &&
                    flag(outputs, "rotationEnabled") !== false,
            );
    }

    /** Starts a rotation, or goes on with one that failed. @throws AwsError */
    rotate(secretArn: string): string {
        const plan = this.#plans.get(secretArn);
        const copy = this.secrets.primary(secretArn);
        if (plan === undefined) {
            throw new AwsError(
                "InvalidRequestException",
                "You can't rotate this secret because no Lambda function ARN is associated with it.",
            );
        }
        const pending = versionWith(copy, "AWSPENDING");
        if (plan.running || (pending !== undefined && !pending.stages.includes("AWSCURRENT"))) {
            throw new AwsError(
                "InvalidRequestException",
                "A previous rotation isn't complete. That rotation will be reattempted.",
            );
        }
        const token = randomUUID();
        void this.#run(copy, token, plan);
        return token;
    }

    #plan(resource: StoredResource): void {
        const { outputs } = resource;
        const secretArn = text(outputs, "secretId") ?? "";
        const rules = record(outputs, "rotationRules");
        const expression =
            text(rules, "scheduleExpression") ??
            `rate(${number(rules, "automaticallyAfterDays")} days)`;
        this.#plans.get(secretArn)?.stop();
        this.#plans.delete(secretArn);
        if (flag(outputs, "rotationEnabled") === false) {
            return;
        }
        this.#plans.set(secretArn, {
            functionArn: text(outputs, "rotationLambdaArn") ?? "",
            stop: onSchedule(this.world.clock, expression, () => this.#due(secretArn)),
            running: false,
        });
    }

    /** A rotation that is due, or failed before: whatever is in the way now, an hour later it may not be. */
    #due(secretArn: string): void {
        const plan = this.#plans.get(secretArn);
        const copy = this.secrets.find(secretArn);
        if (plan === undefined || copy === undefined || plan.running) {
            return;
        }
        const pending = versionWith(copy, "AWSPENDING");
        const unfinished =
            pending === undefined || pending.stages.includes("AWSCURRENT") ? undefined : pending.id;
        void this.#run(copy, unfinished ?? randomUUID(), plan);
    }

    /** Never rejects. */
    async #run(copy: SecretCopy, token: string, plan: Plan): Promise<void> {
        plan.running = true;
        try {
            this.secrets.beginVersion(copy.arn, token);
            for (const step of steps) {
                const ending = await this.deps.invoke(
                    plan.functionArn,
                    { Step: step, SecretId: copy.arn, ClientRequestToken: token },
                    "secretsmanager.amazonaws.com",
                    copy.arn,
                );
                if (!ending.ok) {
                    throw new Error(
                        `${step}: ${ending.error.errorType}: ${ending.error.errorMessage}`,
                    );
                }
            }
            this.secrets.endRotation(copy.arn, token);
        } catch (error) {
            this.deps.failures.add(copy.arn, plan.functionArn, error);
            const cancel = this.world.clock.after(againMs, () => this.#due(copy.arn));
            const { stop } = plan;
            this.#plans.set(copy.arn, {
                ...plan,
                stop: () => {
                    cancel();
                    stop();
                },
            });
        } finally {
            const current = this.#plans.get(copy.arn);
            if (current !== undefined) {
                current.running = false;
            }
        }
    }

    readonly #follow = ({ kind, resource }: StoreChange): void => {
        if (resource.type !== secretRotationToken) {
            return;
        }
        const secretArn = text(resource.outputs, "secretId") ?? "";
        if (kind === "delete") {
            this.#plans.get(secretArn)?.stop();
            this.#plans.delete(secretArn);
            return;
        }
        this.#plan(resource);
        if (
            flag(resource.outputs, "rotationEnabled") !== false &&
            flag(resource.outputs, "rotateImmediately") !== false
        ) {
            this.#due(secretArn);
        }
    };
}
