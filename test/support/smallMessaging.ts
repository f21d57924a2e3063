import { Certificates } from "../../sandbox/world/certificates";
import { Inside } from "../../sandbox/world/inside/inside";
import { Messaging } from "../../sandbox/world/messaging";
import { declareRoleWith } from "./roles";
import { RecordedMetrics, type SmallWorld } from "./smallWorld";

export const accountId = "111122223333";

export interface SmallMessaging {
    readonly messaging: Messaging;
    readonly metrics: RecordedMetrics;
}

/** Starts EventBridge, SNS, SQS and Lambda in a world. */
export async function startMessaging(world: SmallWorld): Promise<SmallMessaging> {
    const certificates = await world.clock.io(() => Certificates.open(world.home));
    const inside = await world.clock.io(() => Inside.prepare(world, certificates.caFile));
    const metrics = new RecordedMetrics();
    const messaging = new Messaging(world, { metrics, inside });
    await messaging.start();
    return { messaging, metrics };
}

export function queueArn(region: string, name: string): string {
    return `arn:aws:sqs:${region}:${accountId}:${name}`;
}

export function topicArn(region: string, name: string): string {
    return `arn:aws:sns:${region}:${accountId}:${name}`;
}

export function functionArn(region: string, name: string): string {
    return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

export function roleArn(name: string): string {
    return `arn:aws:iam::${accountId}:role/${name}`;
}

/** A queue that lets the services named send to it. */
export function declareQueue(
    world: SmallWorld,
    region: string,
    name: string,
    services: readonly string[],
    more: Readonly<Record<string, unknown>> = {},
): string {
    const arn = queueArn(region, name);
    world.declare(
        "aws:sqs/queue:Queue",
        region,
        `https://sqs.${region}.amazonaws.com/${accountId}/${name}`,
        { name, policy: resourcePolicy(services, "sqs:SendMessage", arn), ...more },
        { arn },
    );
    return arn;
}

/** A topic that lets the services named publish to it. */
export function declareTopic(
    world: SmallWorld,
    region: string,
    name: string,
    services: readonly string[],
    more: Readonly<Record<string, unknown>> = {},
): string {
    const arn = topicArn(region, name);
    world.declare(
        "aws:sns/topic:Topic",
        region,
        arn,
        { name, policy: resourcePolicy(services, "sns:Publish", arn), ...more },
        { arn },
    );
    return arn;
}

export function subscribe(
    world: SmallWorld,
    topic: string,
    protocol: "sqs" | "lambda",
    endpoint: string,
    more: Readonly<Record<string, unknown>> = {},
): void {
    world.declare(
        "aws:sns/topicSubscription:TopicSubscription",
        topic.split(":")[3] ?? "",
        `${topic}:${endpoint}`,
        { topic, protocol, endpoint, ...more },
    );
}

/** A role the service can assume, with one inline policy. */
export function declareRole(
    world: SmallWorld,
    name: string,
    service: string,
    actions: readonly string[],
    resource: string,
): string {
    return declareRoleWith(world, name, service, [{ Action: actions, Resource: resource }]);
}

export function declareFunction(
    world: SmallWorld,
    region: string,
    name: string,
    source: string,
    more: Readonly<Record<string, unknown>> = {},
): string {
    const arn = functionArn(region, name);
    world.declare(
        "aws:lambda/function:Function",
        region,
        name,
        {
            name,
            handler: "index.handler",
            timeout: 10,
            code: { assets: { "index.js": { text: source } } },
            ...more,
        },
        { arn },
    );
    return arn;
}

export function permit(
    world: SmallWorld,
    arn: string,
    principal: string,
    sourceArn?: string,
): void {
    const [, , , region = "", , , name = ""] = arn.split(":");
    world.declare("aws:lambda/permission:Permission", region, `${name}/${principal}`, {
        function: name,
        action: "lambda:InvokeFunction",
        principal,
        ...(sourceArn === undefined ? {} : { sourceArn }),
    });
}

/** A rule on the default bus with one target. */
export function declareRule(
    world: SmallWorld,
    region: string,
    name: string,
    rule: Readonly<Record<string, unknown>>,
    target: Readonly<Record<string, unknown>>,
): string {
    const arn = `arn:aws:events:${region}:${accountId}:rule/${name}`;
    world.declare("aws:cloudwatch/eventRule:EventRule", region, name, { name, ...rule }, { arn });
    world.declare("aws:cloudwatch/eventTarget:EventTarget", region, `${name}-target`, {
        rule: name,
        targetId: "target",
        ...target,
    });
    return arn;
}

function resourcePolicy(services: readonly string[], action: string, arn: string): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: services },
                Action: action,
                Resource: arn,
            },
        ],
    });
}
