import type * as pulumi from "@pulumi/pulumi";

import type { Sandbox } from "../../sandbox";
import type { Registration } from "./mocks";

const accountId = "111122223333";

function textOf(value: unknown, otherwise: string): string {
    return typeof value === "string" ? value : otherwise;
}

/** Mocks name keys without the kind of resource, which policies go by. */
function withKeyArns(inputs: object): Record<string, unknown> {
    return JSON.parse(
        JSON.stringify(inputs).replace(/(arn:aws:kms:[a-z0-9-]+:\d+:)(keys-)/g, "$1key/$2"),
    ) as Record<string, unknown>;
}

/** The function's code as the engine hands it over. */
async function codeOf(code: pulumi.asset.AssetArchive): Promise<unknown> {
    const assets = (await code.assets) as Record<string, pulumi.asset.StringAsset>;
    const texts = Object.entries(assets).map(async ([file, asset]) => [
        file,
        { text: await asset.text },
    ]);
    return { assets: Object.fromEntries(await Promise.all(texts)) as unknown };
}

/** Puts what the program registers in the account, as it would be after an update. */
export async function keepRegistration(
    sandbox: Pick<Sandbox, "store">,
    region: string,
    { type, name, inputs }: Registration,
): Promise<void> {
    const { code, ...rest } = inputs;
    const unpacked =
        code === undefined ? undefined : await codeOf(code as pulumi.asset.AssetArchive);
    const own = textOf(inputs["name"], name);
    const arn = (service: string, resource: string, at: string = region): string =>
        `arn:aws:${service}:${at}:${accountId}:${resource}`;
    const functionArn = arn("lambda", `function:${textOf(inputs["functionName"], own)}`);
    const [id, computed] = ((): readonly [string, object] => {
        switch (type) {
            case "aws:kms/key:Key":
                return [name, { arn: arn("kms", `key/${name}`) }];
            case "aws:kms/alias:Alias":
                return [own, { targetKeyId: name }];
            case "aws:kinesis/stream:Stream":
                return [arn("kinesis", `stream/${own}`), { arn: arn("kinesis", `stream/${own}`) }];
            case "aws:sqs/queue:Queue":
                return [
                    `https://sqs.${region}.amazonaws.com/${accountId}/${own}`,
                    { arn: arn("sqs", own) },
                ];
            case "aws:lambda/function:Function":
                return [own, { arn: functionArn, code: unpacked }];
            case "aws:lambda/eventSourceMapping:EventSourceMapping":
                return [`${region}-${name}`, { functionArn }];
            case "aws:iam/role:Role":
                return [own, { arn: arn("iam", own, "") }];
            case "aws:cloudwatch/metricAlarm:MetricAlarm":
                return [own, { arn: arn("cloudwatch", `alarm:${own}`) }];
            case "aws:sns/topic:Topic":
                return [arn("sns", own), { arn: arn("sns", own) }];
            case "aws:cloudwatch/eventTarget:EventTarget":
                // What it starts is the program's own function: mocks know no name of it.
                return [own, { arn: textOf(inputs["arn"], "") }];
            case "aws:sns/topicPolicy:TopicPolicy":
                return [String(inputs["arn"]), {}];
            case "aws:iam/rolePolicy:RolePolicy":
                return [`${String(inputs["role"])}:${own}`, {}];
            default:
                return [own, { arn: arn(type.split(/[:/]/)[1] ?? "", own) }];
        }
    })();
    const made = withKeyArns(rest);
    sandbox.store.put({
        type,
        region: type.startsWith("aws:iam/") ? "global" : region,
        id,
        inputs: made,
        outputs: { name: own, ...made, ...computed },
    });
}
