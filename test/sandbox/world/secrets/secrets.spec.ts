import {
    DescribeSecretCommand,
    GetSecretValueCommand,
    PutSecretValueCommand,
    RotateSecretCommand,
    StopReplicationToReplicaCommand,
    UpdateSecretVersionStageCommand,
    type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";

import { receiptKeysName as SecretId } from "../../../../components/receiptKeyNames";
import { parseKeyRing, type KeyRing } from "../../../../runtime/receipts/keyRing";
import { ApiServer } from "../../../../sandbox/world/api/server";
import { secretCopyToken, secretVersionToken } from "../../../../sandbox/aws/secretsmanager/tokens";
import { SecretsManagerApi } from "../../../../sandbox/world/api/secretsManager";
import { Secrets } from "../../../../sandbox/world/secrets/secrets";
import { startMessaging, type SmallMessaging } from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { refusal } from "../../support/account";
import {
    declareGround,
    declareRotation,
    declareSecret,
    declareVersion,
    home,
    others,
    secretArn,
    secretsClient,
} from "../../support/secrets";

const [survivor] = others;

describe("Secrets Manager", () => {
    let world: SmallWorld;
    let services: SmallMessaging;
    let secrets: Secrets;
    let api: ApiServer;
    let clients: SecretsManagerClient[];

    beforeEach(async () => {
        world = await smallWorld();
        clients = [];
        services = await startMessaging(world);
        const { functions, failures } = services.messaging;
        secrets = new Secrets(world, {
            invoke: (...call) => functions.invokeAs(...call),
            failures,
        });
        api = new ApiServer(world, [new SecretsManagerApi(world, secrets)]);
        await api.start();
        await secrets.start();
        await declareGround(world);
    });

    afterEach(async () => {
        clients.forEach((client) => client.destroy());
        await secrets.stop();
        await api.stop();
        await services.messaging.stop();
        world.end();
    });

    function client(region: string, role?: string): SecretsManagerClient {
        const made = secretsClient(world, region, role);
        clients.push(made);
        return made;
    }

    const read = async (region: string, role?: string): Promise<string | undefined> =>
        (await client(region, role).send(new GetSecretValueCommand({ SecretId }))).SecretString;

    const put = (region: string, SecretString: string, role?: string) =>
        client(region, role).send(new PutSecretValueCommand({ SecretId, SecretString }));

    const inSync = () => world.until(() => secrets.reading().behind === 0);

    describe("replication", () => {
        beforeEach(async () => {
            declareSecret(world);
            declareVersion(world, "one");
            await inSync();
        });

        it("brings every version to every region, under the region's own name for it", async () => {
            for (const region of [home, ...others]) {
                expect(await read(region)).to.equal("one");
            }
            const described = await client(survivor).send(new DescribeSecretCommand({ SecretId }));
            expect(described.ARN).to.equal(secretArn.replace(home, survivor));
            expect(described.PrimaryRegion).to.equal(home);
            const primary = await client(home).send(new DescribeSecretCommand({ SecretId }));
            expect(primary.ReplicationStatus?.map(({ Region, Status }) => [Region, Status])).to.eql(
                others.map((region) => [region, "InSync"]),
            );
        });

        it("takes its time, and more where a region lags", async () => {
            world.faults.inject({ kind: "lag", region: survivor, seconds: 600 });
            await put(home, "two");
            expect(await read(survivor)).to.equal("one");
            await world.clock.sleep(60_000);
            expect(await read(others[1])).to.equal("two");
            expect(await read(survivor)).to.equal("one");
            expect(secrets.reading()).to.include({ replicas: 2, behind: 1 });
            await inSync();
            expect(await read(survivor)).to.equal("two");
            expect(secrets.reading().worstLagSeconds).to.be.within(600, 603);
        });

        it("is changed at the primary alone", async () => {
            expect(await refusal(put(survivor, "mine"))).to.match(
                /not permitted on a replica secret/,
            );
        });

        it("leaves survivors their copies when the primary's region is lost, and nothing comes of it", async () => {
            world.faults.inject({ kind: "blackout", region: home });
            expect(await read(survivor)).to.equal("one");
            expect(await refusal(read(home))).to.match(/time|abort/i);
        });

        it("waits for a lost region, and brings it what it missed", async () => {
            const lost = { kind: "blackout", region: survivor } as const;
            world.faults.inject(lost);
            await put(home, "two");
            await world.clock.sleep(600_000);
            expect(secrets.reading()).to.include({ behind: 1 });
            world.faults.heal(lost);
            expect(await read(survivor)).to.equal("one");
            await inSync();
            expect(await read(survivor)).to.equal("two");
        });

        it("promotes a copy where it is, which nothing overwrites any more", async () => {
            world.faults.inject({ kind: "blackout", region: home });
            await client(survivor).send(new StopReplicationToReplicaCommand({ SecretId }));
            await put(survivor, "three");
            world.faults.healAll();
            await put(home, "two");
            await inSync();
            expect(await read(survivor)).to.equal("three");
            expect(await read(others[1])).to.equal("two");
            expect(
                await refusal(
                    client(survivor).send(new StopReplicationToReplicaCommand({ SecretId })),
                ),
            ).to.match(/no replica/);
        });

        it("fails where the region's key is disabled, and says so", async () => {
            const key = world.store.get("aws:kms/key:Key", survivor, "data");
            world.declare("aws:kms/key:Key", survivor, "data", {
                ...key?.outputs,
                isEnabled: false,
            });
            await put(home, "two");
            await world.clock.sleep(60_000);
            const { ReplicationStatus } = await client(home).send(
                new DescribeSecretCommand({ SecretId }),
            );
            expect(ReplicationStatus?.find(({ Region }) => Region === survivor)).to.deep.include({
                Status: "Failed",
            });
        });

        it("ends with the secret, or with the replica", async () => {
            declareSecret(world, { replicas: [{ region: others[1] }] });
            expect(await refusal(read(survivor))).to.match(/can't find the specified secret/);
            world.store.delete("aws:secretsmanager/secret:Secret", home, secretArn);
            for (const region of [home, others[1]]) {
                expect(await refusal(read(region))).to.match(/can't find the specified secret/);
            }
        });
    });

    describe("versions", () => {
        beforeEach(() => {
            declareSecret(world);
            declareVersion(world, "one");
        });

        const token = "11111111-2222-3333-4444-555555555555";

        it("have labels that move, and AWSCURRENT leaves AWSPREVIOUS behind", async () => {
            await put(home, "two");
            const staged = async (VersionStage: string): Promise<string | undefined> =>
                (await client(home).send(new GetSecretValueCommand({ SecretId, VersionStage })))
                    .SecretString;
            expect(await staged("AWSCURRENT")).to.equal("two");
            expect(await staged("AWSPREVIOUS")).to.equal("one");
            expect(await refusal(staged("AWSPENDING"))).to.match(/staging label: AWSPENDING/);
        });

        it("keep AWSCURRENT, and no other label, when the program lets go of them", async () => {
            const stages = async (): Promise<unknown> =>
                Object.values(
                    (await client(home).send(new DescribeSecretCommand({ SecretId })))
                        .VersionIdsToStages ?? {},
                );
            const letGo = (): void =>
                world.store
                    .list(secretVersionToken)
                    .forEach(({ region, id }) =>
                        world.store.delete(secretVersionToken, region, id),
                    );
            letGo();
            expect(await stages()).to.deep.equal([["AWSCURRENT"]]);
            declareVersion(world, "one");
            await put(home, "two");
            letGo();
            expect(await stages()).to.deep.equal([["AWSCURRENT"]]);
            expect(await read(home)).to.equal("two");
        });

        it("are not given another value under the same id", async () => {
            const again = (SecretString: string) =>
                client(home).send(
                    new PutSecretValueCommand({
                        SecretId,
                        ClientRequestToken: token,
                        SecretString,
                    }),
                );
            await again("two");
            await again("two");
            expect(await refusal(again("three"))).to.match(/ID you requested already exists/);
        });

        it("give a label up only by name", async () => {
            await client(home).send(
                new PutSecretValueCommand({
                    SecretId,
                    ClientRequestToken: token,
                    SecretString: "two",
                    VersionStages: ["AWSPENDING"],
                }),
            );
            const move = (RemoveFromVersionId?: string) =>
                client(home).send(
                    new UpdateSecretVersionStageCommand({
                        SecretId,
                        VersionStage: "AWSCURRENT",
                        MoveToVersionId: token,
                        ...(RemoveFromVersionId === undefined ? {} : { RemoveFromVersionId }),
                    }),
                );
            expect(await read(home)).to.equal("one");
            expect(await refusal(move())).to.match(/RemoveFromVersionId can't be empty/);
            await move("00000000-0000-0000-0000-000000000001");
            expect(await read(home)).to.equal("two");
        });
    });

    describe("permissions", () => {
        beforeEach(async () => {
            declareSecret(world);
            declareVersion(world, "one");
            await inSync();
        });

        it("let tasks read their own region's copy, and neither another's nor write", async () => {
            const role = `meridian-storefront-task-${survivor}`;
            expect(await read(survivor, role)).to.equal("one");
            expect(await refusal(read(home, role))).to.match(/not authorized.*identity-based/);
            expect(await refusal(put(survivor, "two", role))).to.match(/not authorized/);
        });

        it("keep out a role that IAM lets in and the secret does not", async () => {
            const source = world.store.get(
                "aws:iam/role:Role",
                "global",
                `meridian-storefront-task-${survivor}`,
            );
            const name = "meridian-decider-eu-west-1";
            world.declare(
                "aws:iam/role:Role",
                "global",
                name,
                { ...source?.inputs, name },
                { arn: `arn:aws:iam::111122223333:role/${name}` },
            );
            world.declare("aws:iam/rolePolicy:RolePolicy", "global", `${name}:inline`, {
                role: name,
                policy: JSON.stringify({
                    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
                }),
            });
            expect(await refusal(read(survivor, name))).to.match(/resource-based policy denies/);
        });

        it("need the copy's key, through Secrets Manager and for this secret", async () => {
            const name = `meridian-storefront-task-${survivor}`;
            world.declare("aws:iam/rolePolicy:RolePolicy", "global", `${name}:inline`, {
                role: name,
                policy: JSON.stringify({
                    Statement: [
                        { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" },
                    ],
                }),
            });
            expect(await refusal(read(survivor, name))).to.match(/Access to KMS is not allowed/);
        });

        it("leave tasks no way but the VPC's endpoint", async () => {
            const role = `meridian-storefront-task-${survivor}`;
            const endpoint = (service: string) =>
                world.declare("aws:ec2/vpcEndpoint:VpcEndpoint", survivor, service, {
                    serviceName: `com.amazonaws.${survivor}.${service}`,
                });
            endpoint("logs");
            expect(await refusal(read(survivor, role))).to.match(/no secretsmanager endpoint/);
            endpoint("secretsmanager");
            expect(await read(survivor, role)).to.equal("one");
        });
    });

    describe("rotation", () => {
        const hourMs = 3_600_000;

        async function ring(region: string): Promise<KeyRing> {
            return parseKeyRing((await read(region)) ?? "");
        }

        const rotatedSince = (atMs: number) => () =>
            (secrets.find(secretArn)?.lastRotatedMs ?? 0) > atMs;

        beforeEach(async () => {
            declareSecret(world);
            declareRotation(world);
            await world.until(rotatedSince(0));
            await inSync();
        });

        it("makes the first keys at once, and brings them to every region", async () => {
            const first = await ring(home);
            expect(first.keys).to.have.length(2);
            expect(await ring(survivor)).to.deep.equal(first);
            expect(services.messaging.failures.list()).to.deep.equal([]);
        });

        it("starts from a secret without a version, and leaves no label behind", async () => {
            const { VersionIdsToStages } = await client(home).send(
                new DescribeSecretCommand({ SecretId }),
            );
            expect(Object.values(VersionIdsToStages ?? {})).to.deep.equal([["AWSCURRENT"]]);
        });

        it("leaves of the version it began with nothing to a refresh, and the keys as they are", async () => {
            const rotate = async (): Promise<void> => {
                const atMs = world.clock.now();
                await client(home).send(new RotateSecretCommand({ SecretId }));
                await world.until(rotatedSince(atMs));
                await inSync();
            };
            const held = () => world.store.list(secretVersionToken);
            // As a program might make it: the rotations find a version without keys.
            declareVersion(world);
            await inSync();
            await rotate();
            expect(held()).to.have.length(1);
            // A day later.
            const copy = secrets.find(secretArn);
            world.store.put({
                type: secretCopyToken,
                region: home,
                id: SecretId,
                inputs: {},
                outputs: {
                    ...copy,
                    versions: copy?.versions.map((version) => ({
                        ...version,
                        createdMs: version.createdMs - 24 * hourMs,
                    })),
                },
            });
            await rotate();
            expect(held()).to.deep.equal([]);
            expect((await ring(home)).keys).to.have.length(3);
        });

        it("goes on by the schedule, each time with the key that was published before", async () => {
            const first = await ring(home);
            const atMs = world.clock.now();
            declareRotation(world, {
                rotationRules: { scheduleExpression: "rate(4 hours)" },
                rotateImmediately: false,
            });
            await world.clock.sleep(3.9 * hourMs);
            expect(await ring(home)).to.deep.equal(first);
            await world.clock.sleep(0.1 * hourMs);
            await world.until(rotatedSince(atMs));
            const second = await ring(home);
            expect(second.signing).to.equal(first.keys[1]?.id);
            expect(second.keys.slice(0, 2)).to.deep.equal(first.keys);
        });

        it("waits while a copy is not in sync, and is made up for when it is", async () => {
            const first = await ring(home);
            const lost = { kind: "blackout", region: survivor } as const;
            world.faults.inject(lost);
            await put(home, JSON.stringify(first));
            await client(home).send(new RotateSecretCommand({ SecretId }));
            await world.until(() => services.messaging.failures.list().length > 0);
            expect(services.messaging.failures.list()[0]?.reason).to.match(
                /createSecret: Error: .*not rotated while copies of it are not in sync: eu-west-1 InProgress/,
            );
            expect(await ring(home)).to.deep.equal(first);
            expect(
                await refusal(client(home).send(new RotateSecretCommand({ SecretId }))),
            ).to.match(/previous rotation isn't complete/);
            const atMs = world.clock.now();
            world.faults.heal(lost);
            await world.clock.sleep(3_700_000);
            await world.until(rotatedSince(atMs));
            await inSync();
            expect((await ring(survivor)).signing).to.equal(first.keys[1]?.id);
        });

        it("leaves the current keys as they are when they cannot be read", async () => {
            await put(home, "no ring");
            await client(home).send(new RotateSecretCommand({ SecretId }));
            await world.until(() => services.messaging.failures.list().length > 0);
            expect(services.messaging.failures.list()[0]?.reason).to.match(/MalformedKeyRingError/);
            expect(await read(home)).to.equal("no ring");
            expect(world.logOf(home, "meridian-rotator")).not.to.contain('no ring"');
        });

        it("does not run where Secrets Manager may not start the function", async () => {
            world.store.delete(
                "aws:lambda/permission:Permission",
                home,
                "meridian-rotator/secretsmanager.amazonaws.com",
            );
            await client(home).send(new RotateSecretCommand({ SecretId }));
            await world.until(() => services.messaging.failures.list().length > 0);
            expect(services.messaging.failures.list()[0]?.reason).to.match(
                /no permission to invoke/,
            );
        });
    });
});
