import { expect } from "chai";

import { Backups } from "../../../../sandbox/world/backups/backups";
import { FailedDeliveries } from "../../../../sandbox/world/deliveries";
import { declareRole } from "../../../support/smallMessaging";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const region = "eu-west-1";
const tableArn = `arn:aws:dynamodb:${region}:111122223333:table/orders`;
const keyArn = `arn:aws:kms:${region}:111122223333:key/data`;
const onTable = [
    "dynamodb:CreateBackup",
    "dynamodb:DescribeTable",
    "dynamodb:ListTagsOfResource",
    "dynamodb:StartAwsBackupJob",
];
const onBackups = ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"];
const onKey = ["kms:Decrypt", "kms:GenerateDataKey"];
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe("backups", () => {
    let world: SmallWorld;
    let failures: FailedDeliveries;
    let backups: Backups;

    beforeEach(async () => {
        world = await smallWorld();
        failures = new FailedDeliveries(world);
        backups = new Backups(world, { itemCount: () => 7, failures });
        world.declare("aws:backup/vault:Vault", region, "tables", { name: "tables" });
        world.declare("aws:dynamodb/table:Table", region, "orders", { name: "orders" });
        await backups.start();
    });
    afterEach(async () => {
        await backups.stop();
        world.end();
    });

    /** A plan that is due, with a role that may do everything but one thing. */
    function declarePlan(except?: string): void {
        const iamRoleArn = declareRole(world, "b", "backup.amazonaws.com", [], tableArn);
        const allow = (actions: readonly string[], Resource: string, Condition = {}) => ({
            Effect: "Allow",
            Action: actions.filter((action) => action !== except),
            Resource,
            Condition,
        });
        world.declare("aws:iam/rolePolicy:RolePolicy", "global", "b:inline", {
            role: "b",
            policy: JSON.stringify({
                Version: "2012-10-17",
                Statement: [
                    allow(onTable, tableArn),
                    allow(onBackups, `${tableArn}/backup/*`),
                    allow(onKey, keyArn, {
                        StringEquals: { "kms:ViaService": `dynamodb.${region}.amazonaws.com` },
                    }),
                ],
            }),
        });
        world.declare("aws:backup/selection:Selection", region, "s", {
            planId: "p",
            iamRoleArn,
            resources: [tableArn],
        });
        const due = new Date(world.clock.now() + 2 * minuteMs);
        world.declare("aws:backup/plan:Plan", region, "p", {
            rules: [
                {
                    targetVaultName: "tables",
                    schedule: `cron(${due.getUTCMinutes()} ${due.getUTCHours()} * * ? *)`,
                    lifecycle: { deleteAfter: 1 },
                },
            ],
        });
    }

    const kept = () => world.store.get("aws:backup/vault:Vault", region, "tables")?.outputs;

    it("are kept when they are due, with what the table holds, until their time is over", async () => {
        declarePlan();
        await world.clock.sleep(3 * minuteMs);
        const [point, ...others] = backups.recoveryPoints(region);
        expect(others).to.deep.equal([]);
        expect(point).to.deep.include({ region, vault: "tables", tableArn, items: 7 });
        expect((point?.untilMs ?? 0) - (point?.atMs ?? 0)).to.equal(dayMs);
        expect(kept()).to.include({ recoveryPoints: 1 });
        expect(backups.recoveryPoints("us-east-1")).to.deep.equal([]);
    });

    /** A table with a key of the account, which leaves it to IAM. */
    function encryptTable(): void {
        const policy = JSON.stringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Principal: { AWS: "arn:aws:iam::111122223333:root" },
                    Action: "kms:*",
                    Resource: "*",
                },
            ],
        });
        world.declare("aws:kms/key:Key", region, "data", { policy }, { arn: keyArn });
        world.declare("aws:dynamodb/table:Table", region, "orders", {
            name: "orders",
            serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
        });
    }

    it("are kept of a table with a key of the account", async () => {
        encryptTable();
        declarePlan();
        await world.clock.sleep(3 * minuteMs);
        expect(failures.list()).to.deep.equal([]);
        expect(backups.recoveryPoints()).to.have.length(1);
    });

    for (const action of [...onTable, ...onBackups, ...onKey]) {
        it(`are not made by a role that lacks ${action}, and the failure can be found`, async () => {
            encryptTable();
            declarePlan(action);
            await world.clock.sleep(3 * minuteMs);
            expect(backups.recoveryPoints()).to.deep.equal([]);
            expect(failures.list()).to.have.length(1);
            expect(failures.list()[0]).to.include({
                to: tableArn,
                reason: `its role may not ${action}`,
            });
        });
    }

    it("are not made in a lost region, nor by a plan that is gone", async () => {
        declarePlan();
        world.faults.inject({ kind: "blackout", region });
        await world.clock.sleep(3 * minuteMs);
        world.faults.healAll();
        declarePlan();
        world.store.delete("aws:backup/plan:Plan", region, "p");
        await world.clock.sleep(3 * minuteMs);
        expect(backups.recoveryPoints()).to.deep.equal([]);
    });
});
