import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";

export interface FunctionTriggerArgs {
    /** Physical name of the rule, `meridian-...`: the key policy goes by it. */
    readonly ruleName: string;
    readonly description: string;
    /** What starts the function. */
    readonly when: { readonly schedule: string } | { readonly pattern: object };
    readonly functionArn: pulumi.Input<string>;
    readonly functionName: pulumi.Input<string>;
    /** Queue for events that could not be handed over. @default none: the next tick makes up for it */
    readonly deadLetterArn?: pulumi.Input<string>;
}

/** An EventBridge rule that starts one function, and that function's permission to be started by it. */
export class FunctionTrigger extends pulumi.ComponentResource {
    readonly ruleArn: pulumi.Output<string>;

    constructor(name: string, args: FunctionTriggerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:FunctionTrigger", name, {}, opts);

        const rule = new cloudwatch.EventRule(
            name,
            {
                name: args.ruleName,
                description: args.description,
                ...("schedule" in args.when
                    ? { scheduleExpression: args.when.schedule }
                    : { eventPattern: JSON.stringify(args.when.pattern) }),
            },
            { parent: this },
        );
        const permission = new lambda.Permission(
            name,
            {
                function: args.functionName,
                action: "lambda:InvokeFunction",
                principal: "events.amazonaws.com",
                sourceArn: rule.arn,
                statementId: args.ruleName,
            },
            { parent: this },
        );
        new cloudwatch.EventTarget(
            name,
            {
                rule: rule.name,
                targetId: "function",
                arn: args.functionArn,
                retryPolicy: { maximumRetryAttempts: 4, maximumEventAgeInSeconds: 300 },
                ...(args.deadLetterArn === undefined
                    ? {}
                    : { deadLetterConfig: { arn: args.deadLetterArn } }),
            },
            { parent: this, dependsOn: permission },
        );

        this.ruleArn = rule.arn;
        this.registerOutputs({ ruleArn: this.ruleArn });
    }
}
