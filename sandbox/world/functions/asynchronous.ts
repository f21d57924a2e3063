import { AwsError } from "../../aws/awsError";
import { refuseUnreachable, regionOf, type FailedDeliveries } from "../deliveries";
import { roleAllows } from "../permissions";
import type { World } from "../world";
import type { FunctionDefinition } from "./definition";
import type { Ending } from "./instance";
import type { Pool } from "./pool";

/** World milliseconds before the first and the second repetition of a failed event, https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html. */
const retryDelaysMs = [60_000, 120_000];

export interface AsynchronousDeps {
    readonly failures: FailedDeliveries;
    /** Hands a message to a queue or a topic. @throws AwsError */
    readonly handOver: (targetArn: string, body: string) => void;
    readonly count: (definition: FunctionDefinition, metric: string, value: number) => void;
}

/** Events that functions were invoked for without anybody waiting: retries, destinations, dead letters. */
export class AsynchronousInvocations {
    #stopped = false;

    constructor(
        private readonly world: World,
        private readonly deps: AsynchronousDeps,
    ) {}

    /** Tries nothing again and hands nothing over from now on. */
    stop(): void {
        this.#stopped = true;
    }

    /** Runs an event until it succeeds or is given up. */
    async run(pool: Pool, payload: unknown): Promise<void> {
        const { clock } = this.world;
        const untilMs = clock.now() + pool.definition.maximumAgeMs;
        let ending: Ending | undefined;
        for (let attempt = 0; ; attempt++) {
            ending = await pool.run(payload, untilMs);
            const retryMs = retryDelaysMs[attempt];
            if (
                this.#stopped ||
                ending === undefined ||
                ending.ok ||
                retryMs === undefined ||
                attempt >= pool.definition.maximumRetries ||
                clock.now() + retryMs > untilMs
            ) {
                break;
            }
            await clock.sleep(retryMs);
        }
        if (!this.#stopped) {
            this.#finish(pool.definition, payload, ending);
        }
    }

    /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
    #finish(definition: FunctionDefinition, payload: unknown, ending: Ending | undefined): void {
        const succeeded = ending?.ok === true;
        const destination = succeeded ? definition.onSuccessArn : definition.onFailureArn;
        if (destination !== undefined) {
            this.#handOver(
                definition,
                destination,
                JSON.stringify(
                    invocationRecord(definition, payload, ending, this.world.clock.now()),
                ),
            );
        }
        if (!succeeded && definition.deadLetterArn !== undefined) {
            this.#handOver(definition, definition.deadLetterArn, JSON.stringify(payload));
        }
        if (!succeeded) {
            this.deps.count(definition, "AsyncEventsDropped", 1);
        }
    }

    #handOver(definition: FunctionDefinition, targetArn: string, body: string): void {
        const action = targetArn.split(":")[2] === "sns" ? "sns:Publish" : "sqs:SendMessage";
        try {
            if (
                !roleAllows(
                    this.world,
                    definition.roleArn,
                    "lambda.amazonaws.com",
                    action,
                    targetArn,
                )
            ) {
                throw new AwsError(
                    "AccessDenied",
                    `the role ${definition.roleArn} of function ${definition.name} does not allow ${action} on ${targetArn}`,
                    403,
                );
            }
            refuseUnreachable(this.world, definition.region, regionOf(targetArn));
            this.deps.handOver(targetArn, body);
        } catch (error) {
            this.deps.count(definition, "DeadLetterErrors", 1);
            this.deps.failures.add(definition.arn, targetArn, error);
        }
    }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function invocationRecord(
    definition: FunctionDefinition,
    payload: unknown,
    ending: Ending | undefined,
    nowMs: number,
): unknown {
    const condition =
        ending === undefined ? "EventAgeExceeded" : ending.ok ? "Success" : "RetriesExhausted";
    return {
        version: "1.0",
        timestamp: new Date(nowMs).toISOString(),
        requestContext: { functionArn: `${definition.arn}:$LATEST`, condition },
        requestPayload: payload,
        responsePayload: ending === undefined ? null : ending.ok ? ending.result : ending.error,
    };
}
