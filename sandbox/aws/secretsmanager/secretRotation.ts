import { permits } from "../../world/functions/permits";
import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { findFunction } from "../lambda/targets";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { given, record, text } from "../support/known";
import { Problems } from "../support/problems";
import { refuseMissingSecret, secretRotationToken } from "./tokens";

const hourMs = 3_600_000;

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    const rules = record(inputs, "rotationRules");
    if (rules !== undefined) {
        for (const { property, reason } of ruleProblems(rules)) {
            problems.add(`rotationRules.${property}`, reason);
        }
    } else if (!given(inputs, "rotationRules")) {
        problems.add("rotationRules", "required: it says how often the secret is rotated");
    }
    if (!given(inputs, "rotationLambdaArn") && !given(inputs, "externalSecretRotationRoleArn")) {
        problems.add("rotationLambdaArn", "required: the function that rotates the secret");
    }
    return problems.found;
}

function ruleProblems(rules: Props): readonly Problem[] {
    const problems = new Problems();
    problems.exactlyOne(rules, ["automaticallyAfterDays", "scheduleExpression"]);
    problems.range(rules, "automaticallyAfterDays", 1, 1000);
    problems.matches(rules, "duration", /^\d{1,2}h$/, "must be a number of hours, such as 3h");
    const expression = text(rules, "scheduleExpression");
    if (expression !== undefined) {
        const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(expression) ?? [];
        const periodMs = Number(count) * (unit === "day" ? 24 : 1) * hourMs;
        if (count === undefined && !/^cron\(0 \S+ \S+ \S+ \S+ \*\)$/.test(expression)) {
            problems.add(
                "scheduleExpression",
                `must be rate(<n> hours|days), or cron(0 <hour> <day> <month> <weekday> *), got "${expression}"`,
            );
        } else if (periodMs < 4 * hourMs) {
            // https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
            problems.add(
                "scheduleExpression",
                `a secret is rotated every four hours at most, got "${expression}"`,
            );
        }
    }
    return problems.found;
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html */
function admit(inputs: Props, context: TypeContext): void {
    const secret = refuseMissingSecret(text(inputs, "secretId") ?? "", context);
    const functionArn = text(inputs, "rotationLambdaArn");
    if (functionArn === undefined) {
        return;
    }
    const rotator = findFunction(functionArn, context);
    if (rotator === undefined) {
        throw new AwsError(
            "ResourceNotFoundException",
            `Secrets Manager can't find the Lambda function ${functionArn} in ${context.region}.`,
        );
    }
    const caller = { principal: "secretsmanager.amazonaws.com", sourceArn: secret.id };
    if (!permits(context, rotator, caller)) {
        throw new AwsError(
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
        );
    }
}

export const secretRotation: ResourceType = {
    type: secretRotationToken,
    service: "secretsmanager",
    home: "regional",
    actions: {
        create: "RotateSecret",
        read: "DescribeSecret",
        update: "RotateSecret",
        delete: "CancelRotateSecret",
    },
    inputs: [
        "externalSecretRotationMetadatas",
        "externalSecretRotationRoleArn",
        "rotateImmediately",
        "rotationEnabled",
        "rotationLambdaArn",
        "rotationRules",
        "secretId",
    ],
    required: ["secretId"],
    replaceOn: ["secretId"],
    defaults: { rotateImmediately: true },
    upsert: true,
    computed: ["rotationEnabled"],
    check,
    admit,
    compute: (inputs) => ({
        id: text(inputs, "secretId") ?? "",
        outputs: { rotationEnabled: true, ...inputs },
    }),
};
