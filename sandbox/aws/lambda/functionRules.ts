import type { Props } from "../../world/store";
import type { Problem } from "../resourceType";
import { given, items, record, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { queueOrTopicArn } from "./targets";

/** Runtimes that functions can still be created with, https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html. */
const runtimes = [
    "nodejs24.x",
    "nodejs22.x",
    "nodejs20.x",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "java25",
    "java21",
    "java17",
    "java11",
    "java8.al2",
    "dotnet10",
    "dotnet9",
    "dotnet8",
    "ruby3.4",
    "ruby3.3",
    "provided.al2023",
    "provided.al2",
];

/** Keys that Lambda sets itself, https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime. */
const reservedKeys = new Set([
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
]);

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export function functionProblems(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "name",
        /^[\w-]{1,64}$/,
        "1 to 64 letters, digits, hyphens or underscores",
    );
    problems.matches(inputs, "role", /^arn:aws:iam::\d{12}:role\/.+$/, "must be the ARN of a role");
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    problems.range(inputs, "memorySize", 128, 32_768);
    problems.range(inputs, "timeout", 1, 900);
    problems.range(inputs, "reservedConcurrentExecutions", -1, 100_000);
    problems.range(
        record(inputs, "ephemeralStorage") ?? {},
        "size",
        512,
        10_240,
        "ephemeralStorage.",
    );
    problems.oneOf(inputs, "packageType", ["Zip", "Image"]);
    problems.oneOf(inputs, "runtime", runtimes);
    problems.oneOf(
        record(inputs, "tracingConfig") ?? {},
        "mode",
        ["Active", "PassThrough"],
        "tracingConfig.",
    );
    problems.oneOf(
        record(inputs, "loggingConfig") ?? {},
        "logFormat",
        ["JSON", "Text"],
        "loggingConfig.",
    );
    for (const architecture of texts(inputs, "architectures")) {
        if (!["x86_64", "arm64"].includes(architecture)) {
            problems.add("architectures", `must be x86_64 or arm64, got "${architecture}"`);
        }
    }
    if (items(inputs, "architectures").length > 1) {
        problems.add("architectures", "at most 1 is allowed");
    }
    if (items(inputs, "layers").length > 5) {
        problems.add("layers", `at most 5 layers, got ${items(inputs, "layers").length}`);
    }
    packageProblems(inputs, problems);
    environmentProblems(inputs, problems);
    const target = text(record(inputs, "deadLetterConfig"), "targetArn");
    if (target !== undefined && !queueOrTopicArn.test(target)) {
        problems.add(
            "deadLetterConfig.targetArn",
            `must be the ARN of an SQS queue or an SNS topic, got "${target}"`,
        );
    }
    return problems.found;
}

function packageProblems(inputs: Props, problems: Problems): void {
    problems.exactlyOne(inputs, ["code", "s3Bucket", "imageUri"]);
    if (given(inputs, "s3Bucket") !== given(inputs, "s3Key")) {
        problems.add("s3Key", "s3Bucket and s3Key must be set together");
    }
    const image = text(inputs, "packageType") === "Image";
    if (image && !given(inputs, "imageUri")) {
        problems.add("imageUri", "required for package type Image");
    }
    for (const property of image ? [] : ["handler", "runtime"]) {
        if (!given(inputs, property)) {
            problems.add(
                property,
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
            );
        }
    }
}

function environmentProblems(inputs: Props, problems: Problems): void {
    const variables = record(record(inputs, "environment"), "variables");
    if (variables === undefined) {
        return;
    }
    const reserved = Object.keys(variables).filter((key) => reservedKeys.has(key));
    if (reserved.length > 0) {
        problems.add(
            "environment.variables",
            "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys " +
                `that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
        );
    }
    for (const key of Object.keys(variables)) {
        if (!/^[a-zA-Z]\w+$/.test(key) && !reservedKeys.has(key)) {
            problems.add(
                `environment.variables[${JSON.stringify(key)}]`,
                "a key has at least 2 letters, digits or underscores and starts with a letter",
            );
        }
    }
    const size = Buffer.byteLength(JSON.stringify(variables));
    if (size > 4096) {
        problems.add("environment.variables", `at most 4 KB in all, got ${size} bytes`);
    }
}
