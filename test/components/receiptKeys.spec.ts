import { expect } from "chai";

import { policyAllows, policyDenies } from "../../sandbox/aws/support/policyDocument";
import { ReceiptKeys } from "../../components/receiptKeys";
import { ReceiptKeyRotator } from "../../components/receiptKeyRotator";
import { setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const regions = ["eu-west-1", "us-east-1", "ap-south-1"];
const keyArn = (region: string): string => `arn:aws:kms:${region}:${accountId}:key/data`;

async function deploy(home = "us-east-1", deletionProtection = true): Promise<Registrations> {
    const registered = await setMocks({ stack: "global" });
    new ReceiptKeys("keys", {
        accountId,
        home,
        regions: regions.map((region) => ({
            region,
            keyArn: keyArn(region),
            rotatorArn: `arn:aws:lambda:${region}:${accountId}:function:meridian-rotator`,
            readerRoleName: `meridian-storefront-task-${region}`,
        })),
        deletionProtection,
    });
    await settled();
    return registered;
}

describe("ReceiptKeys", () => {
    it("is one secret with a replica in every other region, each under that region's key", async () => {
        const registered = await deploy();
        expect(registered.inputs("aws:secretsmanager/secret:Secret", "keys")).to.deep.include({
            region: "us-east-1",
            name: "meridian/receipt-keys",
            kmsKeyId: keyArn("us-east-1"),
            replicas: ["eu-west-1", "ap-south-1"].map((region) => ({
                region,
                kmsKeyId: keyArn(region),
            })),
            recoveryWindowInDays: 30,
        });
    });

    it("rotates in the primary's region, by that region's function, at once and then monthly", async () => {
        const registered = await deploy("eu-west-1");
        expect(
            registered.inputs("aws:secretsmanager/secretRotation:SecretRotation", "keys"),
        ).to.deep.include({
            region: "eu-west-1",
            rotationLambdaArn: `arn:aws:lambda:eu-west-1:${accountId}:function:meridian-rotator`,
            rotationRules: { automaticallyAfterDays: 30 },
            rotateImmediately: true,
        });
    });

    it("makes no version of the secret, which an update could put in the place of the keys", async () => {
        const registered = await deploy();
        expect(registered.names("aws:secretsmanager/secretVersion:SecretVersion")).to.deep.equal(
            [],
        );
        expect(registered.inputs("aws:secretsmanager/secret:Secret", "keys")).not.to.have.any.keys(
            "secretString",
            "secretBinary",
        );
    });

    it("can be deleted at once where nothing is protected", async () => {
        const registered = await deploy("us-east-1", false);
        expect(registered.inputs("aws:secretsmanager/secret:Secret", "keys")).to.include({
            recoveryWindowInDays: 0,
        });
    });

    it("lets of the platform's roles the tasks and the rotators read, and the rotators alone write", async () => {
        const registered = await deploy();
        const { policy, blockPublicPolicy } = registered.inputs(
            "aws:secretsmanager/secretPolicy:SecretPolicy",
            "keys",
        ) as { policy: string; blockPublicPolicy: boolean };
        expect(blockPublicPolicy).to.equal(true);
        const denies = (role: string, action: string): boolean => {
            const arn = `arn:aws:iam::${accountId}:role/${role}`;
            return policyDenies(policy, {
                principal: { arn },
                action: `secretsmanager:${action}`,
                resource: "arn:aws:secretsmanager:eu-west-1:1:secret:x",
                context: { "aws:PrincipalArn": arn },
            });
        };
        for (const region of regions) {
            expect(denies(`meridian-storefront-task-${region}`, "GetSecretValue")).to.equal(false);
            expect(denies(`meridian-rotator-${region}`, "GetSecretValue")).to.equal(false);
            expect(denies(`meridian-rotator-${region}`, "PutSecretValue")).to.equal(false);
            expect(denies(`meridian-storefront-task-${region}`, "PutSecretValue")).to.equal(true);
            expect(denies(`meridian-decider-${region}`, "GetSecretValue")).to.equal(true);
        }
        expect(denies("platform-administrator", "GetSecretValue")).to.equal(false);
        expect(denies("meridian-decider-eu-west-1", "DescribeSecret")).to.equal(false);
    });

    it("refuses a home that is no region of its own", async () => {
        await setMocks({ stack: "global" });
        expect(
            () =>
                new ReceiptKeys("keys", {
                    accountId,
                    home: "sa-east-1",
                    regions: [],
                    deletionProtection: true,
                }),
        ).to.throw(/home of the receipt keys must be one of .*got sa-east-1/);
    });
});

describe("ReceiptKeyRotator", () => {
    let registered: Registrations;

    before(async () => {
        registered = await setMocks();
        new ReceiptKeyRotator("rotator", {
            region: "eu-west-1",
            accountId,
            dataKeyArn: keyArn("eu-west-1"),
            operationsKeyArn: `arn:aws:kms:eu-west-1:${accountId}:key/operations`,
            alarmTopicArn: `arn:aws:sns:eu-west-1:${accountId}:alarms`,
            logRetentionDays: 90,
        });
        await settled();
    });

    it("is started by Secrets Manager, for this account", () => {
        expect(registered.inputs("aws:lambda/permission:Permission", "rotator")).to.deep.include({
            principal: "secretsmanager.amazonaws.com",
            sourceAccount: accountId,
        });
    });

    it("alarms when it fails, and not when it has nothing to do", () => {
        expect(registered.names("aws:cloudwatch/metricAlarm:MetricAlarm")).to.deep.equal([
            "rotator-failed",
        ]);
        expect(
            registered.inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "rotator-failed"),
        ).to.include({ metricName: "Errors", treatMissingData: "notBreaching", threshold: 1 });
    });

    it("may change its own region's copy of the one secret, and open it with its key", () => {
        const { policy } = registered.inputs(
            "aws:iam/rolePolicy:RolePolicy",
            "rotator-role-policy",
        ) as { policy: string };
        const arn = (region: string, name: string): string =>
            `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-AbCdEf`;
        const may = (action: string, resource: string, context = {}): boolean =>
            policyAllows(policy, {
                principal: { arn: "arn:aws:iam::111122223333:role/x" },
                action,
                resource,
                context,
            });
        const own = arn("eu-west-1", "meridian/receipt-keys");
        expect(may("secretsmanager:PutSecretValue", own)).to.equal(true);
        expect(may("secretsmanager:DeleteSecret", own)).to.equal(false);
        expect(
            may("secretsmanager:PutSecretValue", arn("us-east-1", "meridian/receipt-keys")),
        ).to.equal(false);
        expect(may("secretsmanager:GetSecretValue", arn("eu-west-1", "other"))).to.equal(false);
        const through = (secretArn: string) => ({
            "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
            "kms:EncryptionContext:SecretARN": secretArn,
        });
        expect(may("kms:GenerateDataKey", keyArn("eu-west-1"), through(own))).to.equal(true);
        expect(
            may("kms:GenerateDataKey", keyArn("eu-west-1"), through(arn("eu-west-1", "other"))),
        ).to.equal(false);
    });
});
