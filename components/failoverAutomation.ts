import * as pulumi from "@pulumi/pulumi";

import { AlarmForwarding } from "./alarmForwarding";
import { DeadLetterQueue } from "./deadLetterQueue";
import { Decider } from "./decider";
import { refuseProblems } from "./errors";
import { NoticeInbox } from "./noticeInbox";
import { NoticeTopic } from "./noticeTopic";

export interface FailoverAutomationArgs {
    readonly region: string;
    readonly accountId: string;
    /** Every region of the platform, this one among them. */
    readonly regions: readonly string[];
    /** How many observers must agree before a region is called lost. At most every other region. */
    readonly quorum: number;
    /** How long each of them must have seen the failure. */
    readonly dwellSeconds: number;
    /** How long the failure must be gone before a recovery is announced. */
    readonly clearSeconds: number;
    /** For tables. */
    readonly dataKeyArn: pulumi.Input<string>;
    /** For notices, logs and settings. */
    readonly operationsKeyArn: pulumi.Input<string>;
    readonly alarmTopicArn: pulumi.Input<string>;
    /** People who receive the notices. */
    readonly emails: readonly string[];
    readonly logRetentionDays: number;
    readonly deletionProtection: boolean;
}

/**
 * What turns alarms into decisions in one region: it hears what every region's observer sees, decides
 * by quorum and dwell, remembers what it decided, and publishes it on the failover and recovery topics.
 * It needs no other region to work, and it changes nothing: casting votes is the operator's.
 *
 * Refuses a quorum that its regions cannot reach.
 */
export class FailoverAutomation extends pulumi.ComponentResource {
    readonly failoverTopicArn: pulumi.Output<string>;
    readonly recoveryTopicArn: pulumi.Output<string>;
    readonly decisionsTableName: pulumi.Output<string>;
    readonly deciderName: pulumi.Output<string>;

    constructor(
        name: string,
        args: FailoverAutomationArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("meridian:components:FailoverAutomation", name, {}, opts);
        refuseProblems(`failover automation ${name}`, failoverAutomationProblems(args), this);

        const failover = this.createTopic(`${name}-failover`, "failover", args);
        const recovery = this.createTopic(`${name}-recovery`, "recovery", args);
        const deadLetters = new DeadLetterQueue(
            `${name}-dead-letters`,
            {
                region: args.region,
                accountId: args.accountId,
                queueName: "meridian-dead-letters",
                keyArn: args.operationsKeyArn,
                alarmTopicArn: args.alarmTopicArn,
                rulesSend: true,
            },
            { parent: this },
        );
        new NoticeInbox(
            `${name}-inbox`,
            {
                topics: { failover: failover.arn, recovery: recovery.arn },
                keyArn: args.operationsKeyArn,
                deadLetterArn: deadLetters.arn,
            },
            { parent: this },
        );
        const decider = new Decider(
            `${name}-decider`,
            {
                ...args,
                failoverTopicArn: failover.arn,
                recoveryTopicArn: recovery.arn,
                deadLetterArn: deadLetters.arn,
            },
            { parent: this },
        );
        new AlarmForwarding(
            `${name}-forwarding`,
            {
                region: args.region,
                accountId: args.accountId,
                destinations: args.regions.filter((region) => region !== args.region),
                deadLetterArn: deadLetters.arn,
            },
            { parent: this },
        );

        this.failoverTopicArn = failover.arn;
        this.recoveryTopicArn = recovery.arn;
        this.decisionsTableName = decider.tableName;
        this.deciderName = decider.functionName;
        this.registerOutputs({
            failoverTopicArn: this.failoverTopicArn,
            recoveryTopicArn: this.recoveryTopicArn,
            decisionsTableName: this.decisionsTableName,
            deciderName: this.deciderName,
        });
    }

    private createTopic(
        name: string,
        kind: "failover" | "recovery",
        args: FailoverAutomationArgs,
    ): NoticeTopic {
        return new NoticeTopic(
            name,
            {
                region: args.region,
                accountId: args.accountId,
                topicName: `meridian-${kind}`,
                displayName: `Meridian ${kind} in ${args.region}`,
                keyArn: args.operationsKeyArn,
                alarmsPublish: false,
                emails: args.emails,
            },
            { parent: this },
        );
    }
}

/** Every way in which the arguments contradict each other; empty when they are sound. */
export function failoverAutomationProblems(
    args: Pick<
        FailoverAutomationArgs,
        "region" | "regions" | "quorum" | "dwellSeconds" | "clearSeconds"
    >,
): readonly string[] {
    const problems: string[] = [];
    const known = args.regions.join(", ");
    if (!args.regions.includes(args.region)) {
        problems.push(`\`region\`: must be one of regions (${known}), got ${args.region}`);
    }
    if (args.regions.length < 2 || new Set(args.regions).size !== args.regions.length) {
        problems.push(`\`regions\`: must name at least 2 regions, each once, got ${known}`);
    }
    // The observed region does not count: it is never asked about itself.
    const observers = args.regions.length - 1;
    if (!Number.isInteger(args.quorum) || args.quorum < 1 || args.quorum > observers) {
        problems.push(
            `\`quorum\`: must be a whole number from 1 to ${observers}, got ${args.quorum}`,
        );
    }
    for (const key of ["dwellSeconds", "clearSeconds"] as const) {
        const value = args[key];
        if (!Number.isInteger(value) || value < 0 || value > 3600) {
            problems.push(`\`${key}\`: must be a whole number from 0 to 3600, got ${value}`);
        }
    }
    return problems;
}
