import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

import { observerAlarmEvents } from "./alarmEvents";
import { policyDocument } from "./policyDocument";
import { WorkloadRole } from "./workloadRole";

export interface AlarmForwardingArgs {
    readonly region: string;
    readonly accountId: string;
    /** Regions whose deciders should hear of this region's observer alarms. */
    readonly destinations: readonly string[];
    readonly deadLetterArn: pulumi.Input<string>;
}

/**
 * Tells the other regions what this region's observer sees, and lets them tell this one: their
 * deciders count the regions that agree.
 */
export class AlarmForwarding extends pulumi.ComponentResource {
    constructor(name: string, args: AlarmForwardingArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:AlarmForwarding", name, {}, opts);

        const role = new WorkloadRole(
            `${name}-role`,
            {
                accountId: args.accountId,
                roleName: roleName(args.region),
                service: "events.amazonaws.com",
                statements: [
                    {
                        Sid: "PutOnOtherBuses",
                        Effect: "Allow",
                        Action: "events:PutEvents",
                        Resource: args.destinations.map((region) =>
                            defaultBus(region, args.accountId),
                        ),
                    },
                ],
            },
            { parent: this },
        );
        for (const destination of [...args.destinations].sort()) {
            this.forward(`${name}-${destination}`, destination, role.arn, args);
        }
        this.admitOthers(name, args);

        this.registerOutputs();
    }

    /** A rule each: a rule has five targets at most, and a sixth region must not find it full. */
    private forward(
        name: string,
        destination: string,
        roleArn: pulumi.Input<string>,
        args: AlarmForwardingArgs,
    ): void {
        const rule = new cloudwatch.EventRule(
            name,
            {
                name: `meridian-forward-${destination}`,
                description: `Observer alarms of ${args.region} for the decider in ${destination}`,
                // Only what began here: what the others forwarded must not go round.
                eventPattern: JSON.stringify(observerAlarmEvents(args.accountId, args.region)),
            },
            { parent: this },
        );
        new cloudwatch.EventTarget(
            name,
            {
                rule: rule.name,
                targetId: destination,
                arn: defaultBus(destination, args.accountId),
                roleArn,
                // What an observer saw half an hour ago is no news.
                retryPolicy: { maximumRetryAttempts: 20, maximumEventAgeInSeconds: 1800 },
                deadLetterConfig: { arn: args.deadLetterArn },
            },
            { parent: this },
        );
    }

    /** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions.html */
    private admitOthers(name: string, args: AlarmForwardingArgs): void {
        new cloudwatch.EventBusPolicy(
            name,
            {
                eventBusName: "default",
                policy: policyDocument([
                    {
                        Sid: "OtherRegionsForward",
                        Effect: "Allow",
                        Principal: { AWS: `arn:aws:iam::${args.accountId}:root` },
                        Action: "events:PutEvents",
                        Resource: defaultBus(args.region, args.accountId),
                        // By name and not as principals: a region that is not deployed yet has no role.
                        Condition: {
                            ArnEquals: {
                                "aws:PrincipalArn": args.destinations.map(
                                    (region) =>
                                        `arn:aws:iam::${args.accountId}:role/${roleName(region)}`,
                                ),
                            },
                        },
                    },
                ]),
            },
            { parent: this },
        );
    }
}

function roleName(region: string): string {
    return `meridian-forwarding-${region}`;
}

function defaultBus(region: string, accountId: string): string {
    return `arn:aws:events:${region}:${accountId}:event-bus/default`;
}
