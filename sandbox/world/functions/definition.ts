import { createHash } from "node:crypto";

import { number, record, text } from "../../aws/support/known";
import { secretAccessKey } from "../credentials";
import type { Props, Store, StoredResource } from "../store";

export const functionType = "aws:lambda/function:Function";
const invokeConfigType = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

/** A function as its data plane needs it. */
export interface FunctionDefinition {
    readonly arn: string;
    readonly name: string;
    readonly region: string;
    /** Such as `index.handler`. */
    readonly handler: string;
    readonly code: unknown;
    readonly environment: Readonly<Record<string, string>>;
    readonly memoryMb: number;
    readonly timeoutMs: number;
    readonly roleArn: string | undefined;
    /** Most invocations at a time; undefined without a reservation. */
    readonly reserved: number | undefined;
    readonly deadLetterArn: string | undefined;
    readonly onFailureArn: string | undefined;
    readonly onSuccessArn: string | undefined;
    readonly maximumRetries: number;
    readonly maximumAgeMs: number;
    /** Changes with whatever a running instance cannot take over. */
    readonly signature: string;
}

export function functionDefinition(resource: StoredResource, store: Store): FunctionDefinition {
    const { outputs, region } = resource;
    const name = text(outputs, "name") ?? "";
    const environment = stringsOf(record(record(outputs, "environment"), "variables"));
    const reserved = number(outputs, "reservedConcurrentExecutions") ?? -1;
    const config = store
        .list(invokeConfigType, region)
        .find((one) => one.id === name || text(one.outputs, "functionName") === name)?.outputs;
    const destinations = record(config, "destinationConfig");
    const handler = text(outputs, "handler") ?? "";
    return {
        arn: text(outputs, "arn") ?? "",
        name,
        region,
        handler,
        code: outputs["code"],
        environment,
        memoryMb: number(outputs, "memorySize") ?? 128,
        timeoutMs: 1000 * (number(outputs, "timeout") ?? 3),
        roleArn: text(outputs, "role"),
        reserved: reserved < 0 ? undefined : reserved,
        deadLetterArn: text(record(outputs, "deadLetterConfig"), "targetArn"),
        onFailureArn: text(record(destinations, "onFailure"), "destination"),
        onSuccessArn: text(record(destinations, "onSuccess"), "destination"),
        // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
        maximumRetries: number(config, "maximumRetryAttempts") ?? 2,
        maximumAgeMs: 1000 * (number(config, "maximumEventAgeInSeconds") ?? 21_600),
        signature: signatureOf(resource),
    };
}

/** A resource that changes is another object; its code, the most part, is asked about with every event. */
const signatures = new WeakMap<StoredResource, string>();

function signatureOf(resource: StoredResource): string {
    const { code, handler, environment, memorySize } = resource.outputs;
    const known =
        signatures.get(resource) ??
        createHash("sha256")
            .update(JSON.stringify([code, handler, environment, memorySize]))
            .digest("hex");
    signatures.set(resource, known);
    return known;
}

/**
 * The variables a function finds: its own, and those the runtime sets whatever it says.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 *
 * @param endpointUrl the region's AWS API endpoint
 */
export function runtimeEnvironment(
    definition: FunctionDefinition,
    endpointUrl: string,
): Readonly<Record<string, string>> {
    return {
        ...definition.environment,
        AWS_REGION: definition.region,
        AWS_DEFAULT_REGION: definition.region,
        AWS_LAMBDA_FUNCTION_NAME: definition.name,
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
        AWS_ACCESS_KEY_ID: "ASIAREHEARSALCLOUD00",
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        // The role, for services that judge by it.
        AWS_SESSION_TOKEN: definition.roleArn ?? "rehearsal",
        AWS_ENDPOINT_URL: endpointUrl,
        TZ: ":UTC",
    };
}

function stringsOf(props: Props | undefined): Readonly<Record<string, string>> {
    return Object.fromEntries(
        Object.entries(props ?? {}).map(([name, value]) => [name, String(value)]),
    );
}
