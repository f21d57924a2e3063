import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import { NoticeTopic } from "../../components/noticeTopic";
import { RegionKeys } from "../../components/regionKeys";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox";
import { setMocks, settled, type Registration } from "./mocks";
import { smallWorld } from "./smallWorld";

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

async function keepRegistration(
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
            case "aws:dynamodb/table:Table":
                return [own, { arn: arn("dynamodb", `table/${own}`) }];
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

/** A rehearsal cloud for a part of the program. */
export interface ProgramSandbox {
    readonly sandbox: Sandbox;
    /** Folder of what it keeps. */
    readonly home: string;
    close(): Promise<void>;
}

/** Starts one with an empty account, as fast as the machine is. */
export async function startProgramSandbox(
    hostedZones: SandboxOptions["hostedZones"] = [],
): Promise<ProgramSandbox> {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-program-"));
    const world = await smallWorld();
    const { ports } = world.network;
    world.end();
    const sandbox = await startSandbox({
        home,
        accountId,
        hostedZones,
        images: {},
        ports,
        maxSpeed: 10_000,
    });
    return {
        sandbox,
        home,
        close: async () => {
            await sandbox.stop();
            fs.rmSync(home, { recursive: true, force: true });
        },
    };
}

/** What a part of a region's program is given by the rest. */
export interface RegionParts {
    readonly keys: RegionKeys;
    readonly topic: NoticeTopic;
}

/**
 * Puts what a part of a region's program registers in the account, as it would be after an update.
 *
 * @param adjust what mocks do not know of a registration
 */
export async function deployProgram(
    sandbox: Pick<Sandbox, "store">,
    region: string,
    program: (parts: RegionParts) => void,
    adjust: (registration: Registration) => Registration = (registration) => registration,
): Promise<void> {
    const registered = await setMocks({ region });
    const own = { region, accountId };
    const keys = new RegionKeys("keys", { ...own, deletionProtection: false });
    const topic = new NoticeTopic("alarms", {
        ...own,
        topicName: "meridian-alarms",
        displayName: "alarms",
        keyArn: keys.operationsKeyArn,
        alarmsPublish: true,
        emails: [],
    });
    program({ keys, topic });
    await settled();
    for (const registration of registered.all.filter(({ custom }) => custom)) {
        await keepRegistration(sandbox, region, adjust(registration));
    }
}

/** An account that tests put resources in without an update. */
export function accountOf(sandbox: Pick<Sandbox, "store">) {
    return {
        accountId,
        declare: (
            type: string,
            region: string,
            id: string,
            inputs: object,
            computed: object = {},
        ): void =>
            sandbox.store.put({
                type,
                region,
                id,
                inputs: { ...inputs },
                outputs: { ...inputs, ...computed },
            }),
    };
}
