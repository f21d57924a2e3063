import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { Attachments } from "../../attachments";
import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { configRule } from "../../frameworks";
import { at, isSet, ofType, read, show } from "../../support";

interface Config {
    readonly exemptFunctions: readonly Exemption[];
}

/**
 * Judged on the whole stack: where an event goes that a function cannot handle is said by the function,
 * by its invocation settings, or by what reads a stream for it.
 */
export const functionDeadLetters: StackValidationPolicy = {
    name: "recovery-function-dead-letters",
    description:
        "A function must put what it cannot handle somewhere unless it is exempt by name, with a reason.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: configRule("lambda-dlq-check"),
    tags: ["recovery", "lambda"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    remediationSteps:
        "Set deadLetterConfig.targetArn, or destinationConfig.onFailure of its event source mappings, or name the function under exemptFunctions in the pack's configuration.",
    configSchema: {
        properties: {
            exemptFunctions: exemptions("functions", [
                {
                    name: "meridian-homeKeeper",
                    reason: "a run of a past minute is of no use to anybody, and one that is missing is alarmed on",
                },
                {
                    name: "meridian-observer",
                    reason: "a probe of a past minute is of no use to anybody, and one that is missing is alarmed on",
                },
                {
                    name: "meridian-rotator",
                    reason: "Secrets Manager keeps a rotation that failed and starts it again, and an alarm tells",
                },
            ]),
        },
    },
    validateStack: (args, report) => {
        const { exemptFunctions } = args.getConfig<Config>();
        const of = (type: string) => new Attachments(ofType(args.resources, type), "functionName");
        const settings = of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
        const mappings = of("aws:lambda/eventSourceMapping:EventSourceMapping");
        for (const lambda of ofType(args.resources, "aws:lambda/function:Function")) {
            const name = read(() => lambda.props["name"]);
            const by = (them: Attachments) => them.of(lambda, "name", "arn", "id");
            const streams = by(mappings).filter(({ props }) => !isQueue(props));
            const ownQueue = isSet(at(lambda.props, "deadLetterConfig.targetArn"));
            const kept =
                streams.length > 0
                    ? streams.every(keepsFailures)
                    : ownQueue || by(settings).some(keepsFailures) || by(mappings).length > 0;
            if (!kept && !isExempt(exemptFunctions, name, report)) {
                report(
                    `function ${show(name)} drops what it cannot handle after the last retry; name a dead-letter queue, or exempt it and say why`,
                    lambda.urn,
                );
            }
        }
    },
};

function keepsFailures({ props }: PolicyResource): boolean {
    return ["destination", "destinationArn"].some((name) =>
        isSet(at(props, `destinationConfig.onFailure.${name}`)),
    );
}

/** A queue keeps what is not handled by itself, or its own redrive policy does. */
function isQueue(props: PolicyResource["props"]): boolean {
    const source = read(() => props["eventSourceArn"]);
    return typeof source === "string" && /^arn:[^:]*:sqs:/.test(source);
}
