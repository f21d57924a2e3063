import { expect } from "chai";

import {
    FailoverAutomation,
    failoverAutomationProblems,
    type FailoverAutomationArgs,
} from "../../components/failoverAutomation";
import { policyAllows } from "../../sandbox/aws/support/policyDocument";
import { policyIn, setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const arn = (service: string, name: string, region = "eu-west-1"): string =>
    `arn:aws:${service}:${region}:${accountId}:${name}`;
const args: FailoverAutomationArgs = {
    region: "eu-west-1",
    accountId,
    regions: ["us-east-1", "eu-west-1", "ap-east-1"],
    quorum: 2,
    dwellSeconds: 60,
    clearSeconds: 180,
    dataKeyArn: arn("kms", "key/data"),
    operationsKeyArn: arn("kms", "key/operations"),
    alarmTopicArn: arn("sns", "meridian-alarms"),
    emails: [],
    logRetentionDays: 90,
    deletionProtection: true,
};

async function register(changes: Partial<FailoverAutomationArgs> = {}): Promise<Registrations> {
    const registered = await setMocks();
    new FailoverAutomation("automation", { ...args, ...changes });
    await settled();
    return registered;
}

describe("failover automation", () => {
    it("publishes on two encrypted topics that take nothing without TLS", async () => {
        const registered = await register();
        expect(
            registered
                .of("aws:sns/topic:Topic")
                .map(({ inputs }) => [inputs["name"], inputs["kmsMasterKeyId"]]),
        ).to.deep.equal([
            ["meridian-failover", args.operationsKeyArn],
            ["meridian-recovery", args.operationsKeyArn],
        ]);
        for (const { inputs } of registered.of("aws:sns/topicPolicy:TopicPolicy")) {
            expect(policyIn(inputs).Statement.map(({ Sid }) => Sid)).to.deep.equal([
                "DenyWithoutTls",
            ]);
        }
    });

    it("keeps every notice in an encrypted queue that only the topics may fill", async () => {
        const registered = await register();
        expect(registered.inputs("aws:sqs/queue:Queue", "automation-inbox")).to.deep.equal({
            name: "meridian-notices",
            kmsMasterKeyId: args.operationsKeyArn,
            messageRetentionSeconds: 1209600,
        });
        const { policy } = registered.inputs(
            "aws:sqs/queuePolicy:QueuePolicy",
            "automation-inbox",
        ) as { policy: string };
        const allows = (topic: string): boolean =>
            policyAllows(policy, {
                principal: { service: "sns.amazonaws.com" },
                action: "sqs:SendMessage",
                resource: arn("sqs", "meridian-notices"),
                context: { "aws:SourceArn": arn("sns", topic) },
            });
        expect([allows("meridian-failover"), allows("meridian-recovery")]).to.deep.equal([
            true,
            true,
        ]);
        expect(allows("other")).to.be.false;
        expect(
            registered
                .of("aws:sns/topicSubscription:TopicSubscription")
                .map(({ inputs }) => [inputs["topic"], inputs["protocol"], inputs["endpoint"]]),
        ).to.deep.equal([
            [arn("sns", "meridian-failover"), "sqs", arn("sqs", "meridian-notices")],
            [arn("sns", "meridian-recovery"), "sqs", arn("sqs", "meridian-notices")],
        ]);
    });

    it("tells the people it was given", async () => {
        const registered = await register({ emails: ["sre@example.com"] });
        expect(
            registered
                .of("aws:sns/topicSubscription:TopicSubscription")
                .filter(({ inputs }) => inputs["protocol"] === "email")
                .map(({ inputs }) => [inputs["topic"], inputs["endpoint"]]),
        ).to.deep.equal([
            [arn("sns", "meridian-failover"), "sre@example.com"],
            [arn("sns", "meridian-recovery"), "sre@example.com"],
        ]);
    });

    it("runs one decider at a time, with everything it has to know", async () => {
        const registered = await register();
        expect(
            registered.inputs("aws:lambda/function:Function", "automation-decider"),
        ).to.deep.include({
            name: "meridian-decider",
            runtime: "nodejs24.x",
            reservedConcurrentExecutions: 1,
            kmsKeyArn: args.operationsKeyArn,
            deadLetterConfig: { targetArn: arn("sqs", "meridian-dead-letters") },
            environment: {
                variables: {
                    REGION: "eu-west-1",
                    REGIONS: "ap-east-1,eu-west-1,us-east-1",
                    QUORUM: "2",
                    DWELL_SECONDS: "60",
                    CLEAR_SECONDS: "180",
                    DECISIONS_TABLE: "meridian-decisions",
                    FAILOVER_TOPIC_ARN: arn("sns", "meridian-failover"),
                    RECOVERY_TOPIC_ARN: arn("sns", "meridian-recovery"),
                    MODE: "alert",
                },
            },
        });
    });

    it("starts the decider on observers' alarms of any region, and every minute", async () => {
        const registered = await register();
        const rule = (role: string) =>
            registered.inputs("aws:cloudwatch/eventRule:EventRule", `automation-decider-${role}`);
        expect(JSON.parse(rule("alarms")["eventPattern"] as string)).to.deep.equal({
            source: ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
            account: [accountId],
            detail: { alarmName: [{ prefix: "meridian-observer-" }] },
        });
        expect(rule("tick")["scheduleExpression"]).to.equal("rate(1 minute)");
        for (const role of ["alarms", "tick"]) {
            const name = `automation-decider-${role}`;
            expect(registered.inputs("aws:lambda/permission:Permission", name)).to.include({
                principal: "events.amazonaws.com",
                sourceArn: arn("cloudwatch", `meridian-decider-${role}`),
            });
            expect(
                registered.inputs("aws:cloudwatch/eventTarget:EventTarget", name),
            ).to.deep.include({
                arn: arn("lambda", "meridian-decider"),
                deadLetterConfig: { arn: arn("sqs", "meridian-dead-letters") },
            });
        }
    });

    it("lets the decider remember, publish and give up, and nothing else", async () => {
        const registered = await register();
        const { Statement } = policyIn(
            registered.inputs("aws:iam/rolePolicy:RolePolicy", "automation-decider-role-policy"),
        );
        expect(Statement.map(({ Sid, Action }) => [Sid, Action])).to.deep.equal([
            ["WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"]],
            ["ReadSettings", "kms:Decrypt"],
            [
                "RememberDecisions",
                [
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                ],
            ],
            ["OpenTable", ["kms:Decrypt", "kms:DescribeKey"]],
            ["PublishDecisions", "sns:Publish"],
            ["KeepDeadLetters", "sqs:SendMessage"],
            ["EncryptMessages", ["kms:Decrypt", "kms:GenerateDataKey"]],
        ]);
        expect(Statement.map(({ Resource }) => Resource)).not.to.include("*");
    });

    it("rings when the decider stalls: it would be missed in the next failover", async () => {
        const registered = await register();
        expect(
            registered.inputs(
                "aws:cloudwatch/metricAlarm:MetricAlarm",
                "automation-decider-stalled",
            ),
        ).to.deep.include({
            name: "meridian-stalled-decider",
            treatMissingData: "breaching",
            alarmActions: [args.alarmTopicArn],
        });
    });

    it("remembers in a table of its own region, encrypted and recoverable", async () => {
        const registered = await register();
        expect(
            registered.inputs("aws:dynamodb/table:Table", "automation-decider-decisions"),
        ).to.deep.include({
            name: "meridian-decisions",
            hashKey: "pk",
            billingMode: "PAY_PER_REQUEST",
            serverSideEncryption: { enabled: true, kmsKeyArn: args.dataKeyArn },
            pointInTimeRecovery: { enabled: true },
            deletionProtectionEnabled: true,
        });
    });

    it("forwards what began here to every other region, and nothing that was forwarded", async () => {
        const registered = await register();
        const rules = registered
            .of("aws:cloudwatch/eventRule:EventRule")
            .filter(({ name }) => name.startsWith("automation-forwarding-"));
        expect(rules.map(({ inputs }) => inputs["name"])).to.deep.equal([
            "meridian-forward-ap-east-1",
            "meridian-forward-us-east-1",
        ]);
        for (const { inputs } of rules) {
            expect(JSON.parse(inputs["eventPattern"] as string)).to.deep.include({
                region: ["eu-west-1"],
            });
        }
        expect(
            registered.inputs(
                "aws:cloudwatch/eventTarget:EventTarget",
                "automation-forwarding-us-east-1",
            ),
        ).to.include({ arn: arn("events", "event-bus/default", "us-east-1") });
    });

    it("lets the other regions' forwarding roles put events on its bus, and no other role", async () => {
        const registered = await register();
        const policy = registered.inputs(
            "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
            "automation-forwarding",
        )["policy"] as string;
        const allows = (role: string): boolean =>
            policyAllows(policy, {
                principal: { arn: `arn:aws:iam::${accountId}:role/${role}` },
                action: "events:PutEvents",
                resource: arn("events", "event-bus/default"),
                context: { "aws:PrincipalArn": `arn:aws:iam::${accountId}:role/${role}` },
            });
        expect(allows("meridian-forwarding-us-east-1")).to.be.true;
        expect(allows("meridian-forwarding-eu-west-1")).to.be.false;
        expect(allows("somebody")).to.be.false;
    });

    it("keeps a notice that its inbox did not take, where the topics may leave it", async () => {
        const registered = await register();
        const dead = arn("sqs", "meridian-dead-letters");
        for (const topic of ["failover", "recovery"]) {
            const subscription = registered.inputs(
                "aws:sns/topicSubscription:TopicSubscription",
                `automation-inbox-${topic}`,
            );
            expect(JSON.parse(String(subscription["redrivePolicy"]))).to.deep.equal({
                deadLetterTargetArn: dead,
            });
        }
        const { policy } = registered.inputs(
            "aws:sqs/queuePolicy:QueuePolicy",
            "automation-dead-letters",
        ) as { policy: string };
        const allows = (topic: string): boolean =>
            policyAllows(policy, {
                principal: { service: "sns.amazonaws.com" },
                action: "sqs:SendMessage",
                resource: dead,
                context: { "aws:SourceArn": arn("sns", topic), "aws:SourceAccount": accountId },
            });
        expect([allows("meridian-failover"), allows("other")]).to.deep.equal([true, false]);
    });

    it("rings when an event could not be handled", async () => {
        const registered = await register();
        expect(
            registered.inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "automation-dead-letters"),
        ).to.deep.include({
            dimensions: { QueueName: "meridian-dead-letters" },
            threshold: 0,
            treatMissingData: "notBreaching",
            alarmActions: [args.alarmTopicArn],
        });
    });

    it("refuses what it could never decide on, before anything is registered", async () => {
        const registered = await setMocks();
        expect(
            () => new FailoverAutomation("automation", { ...args, quorum: 3, dwellSeconds: -1 }),
        ).to.throw(
            "failover automation automation cannot be created:\n" +
                "  - `quorum`: must be a whole number from 1 to 2, got 3\n" +
                "  - `dwellSeconds`: must be a whole number from 0 to 3600, got -1",
        );
        await settled();
        expect(registered.all.filter(({ custom }) => custom)).to.deep.equal([]);
    });

    it("refuses a region that is not one of its regions, and one named twice", () => {
        expect(
            failoverAutomationProblems({ ...args, regions: ["us-east-1", "us-east-1"], quorum: 1 }),
        ).to.deep.equal([
            "`region`: must be one of regions (us-east-1, us-east-1), got eu-west-1",
            "`regions`: must name at least 2 regions, each once, got us-east-1, us-east-1",
        ]);
    });
});
