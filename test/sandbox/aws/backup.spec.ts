import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";

const vaultType = "aws:backup/vault:Vault";
const planType = "aws:backup/plan:Plan";
const selectionType = "aws:backup/selection:Selection";

const role = "arn:aws:iam::111122223333:role/backup";
const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/k";
const tableArn = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

const rule = (overrides: Props = {}): Props => ({
    ruleName: "daily",
    targetVaultName: "tables",
    schedule: "cron(0 3 * * ? *)",
    ...overrides,
});

describe("AWS Backup", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
        account.declare("aws:kms/key:Key", "k", { arn: keyArn });
    });
    afterEach(() => {
        account.close();
    });

    const vault = (inputs: Props = {}): Promise<Props> =>
        account.create(vaultType, "tables", { name: "tables", kmsKeyArn: keyArn, ...inputs });
    const plan = (...rules: readonly Props[]): Promise<Props> =>
        account.create(planType, "plan", { name: "tables", rules });

    describe("a vault", () => {
        it("is empty, and uses AWS's key unless it is given one", async () => {
            expect(await vault()).to.include({ recoveryPoints: 0, kmsKeyArn: keyArn });
            expect(await vault({ name: "other", kmsKeyArn: undefined })).to.include({
                kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:alias/aws/backup",
            });
        });

        it("is refused by name, for a key of another region, and twice", async () => {
            expect(account.problems(vaultType, { name: "t!" }).join()).to.contain("2 to 50");
            expect(account.problems(vaultType, { name: "tt", kmsKeyArn: "k" }).join()).to.contain(
                "must be the ARN of a key",
            );
            expect(
                await refusal(vault({ kmsKeyArn: keyArn.replace("eu-west-1", "us-east-1") })),
            ).to.contain("does not exist in eu-west-1");
            await vault();
            expect(await refusal(vault())).to.contain("already exists");
        });

        it("goes when it is empty, or when it may go with what it holds", async () => {
            await vault();
            account.declare(vaultType, "tables", { name: "tables", recoveryPoints: 2 });
            expect(await refusal(account.remove(vaultType, "tables"))).to.contain(
                "contains recovery points",
            );
            account.declare(vaultType, "tables", { name: "tables", recoveryPoints: 0 });
            await account.remove(vaultType, "tables");
        });
    });

    describe("a plan", () => {
        it("is accepted with a rule for a vault of its region", async () => {
            expect(await refusal(plan(rule()))).to.contain("tables does not exist in eu-west-1");
            await vault();
            const made = await plan(
                rule({ lifecycle: { coldStorageAfter: 30, deleteAfter: 120 } }),
            );
            expect(made["arn"]).to.contain(":backup-plan:");
        });

        const invalid: readonly [string, readonly Props[], string][] = [
            ["no rule", [], "at least one rule"],
            ["two rules of one name", [rule(), rule()], "must be unique"],
            ["a rule without a vault", [rule({ targetVaultName: undefined })], "must be set"],
            ["a name with a space", [rule({ ruleName: "a b" })], "ruleName: 1 to 50"],
            ["half a schedule", [rule({ schedule: "cron(0 3)" })], "must be cron("],
            ["a rate of minutes", [rule({ schedule: "rate(30 minutes)" })], "must be cron("],
            ["more than hourly", [rule({ schedule: "cron(0/15 * * * ? *)" })], "one hour"],
            ["a start window too short", [rule({ startWindow: 30 })], "at least 60 minutes"],
            [
                "no time to complete",
                [rule({ startWindow: 60, completionWindow: 100 })],
                "60 minutes longer",
            ],
            ["no day kept", [rule({ lifecycle: { deleteAfter: 0 } })], "at least 1 day"],
            [
                "too little in cold storage",
                [rule({ lifecycle: { coldStorageAfter: 30, deleteAfter: 119 } })],
                "at least 90 days after",
            ],
            [
                "continuous for longer than five weeks",
                [rule({ enableContinuousBackup: true, lifecycle: { deleteAfter: 36 } })],
                "1 to 35 days",
            ],
            [
                "continuous and cold",
                [
                    rule({
                        enableContinuousBackup: true,
                        lifecycle: { coldStorageAfter: 1, deleteAfter: 35 },
                    }),
                ],
                "cannot move to cold storage",
            ],
        ];
        for (const [what, rules, reason] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(planType, { name: "p", rules }).join()).to.contain(reason);
            });
        }

        it("stays while something is selected for it", async () => {
            await vault();
            const made = await plan(rule());
            account.declare(selectionType, "s", { planId: made["id"] });
            expect(await refusal(account.remove(planType, "plan"))).to.contain(
                "selections must be deleted prior",
            );
        });
    });

    describe("a selection", () => {
        let planId: unknown;
        beforeEach(async () => {
            await vault();
            planId = (await plan(rule()))["id"];
        });

        const trusted = (service: string): void =>
            account.declare(
                "aws:iam/role:Role",
                "backup",
                {
                    name: "backup",
                    arn: role,
                    assumeRolePolicy: JSON.stringify({
                        Statement: [
                            {
                                Effect: "Allow",
                                Principal: { Service: service },
                                Action: "sts:AssumeRole",
                            },
                        ],
                    }),
                },
                "global",
            );
        const select = (overrides: Props = {}): Promise<Props> =>
            account.create(selectionType, "selection", {
                name: "tables",
                planId,
                iamRoleArn: role,
                resources: [tableArn],
                ...overrides,
            });

        it("is of a plan, by a role that AWS Backup can assume", async () => {
            trusted("lambda.amazonaws.com");
            expect(await refusal(select())).to.contain("cannot be assumed by AWS Backup");
            trusted("backup.amazonaws.com");
            expect(await refusal(select({ planId: "none" }))).to.contain("Cannot find Backup plan");
            expect(await select()).to.deep.include({ resources: [tableArn] });
        });

        it("chooses something, by ARN", () => {
            const problems = (inputs: Props): string =>
                account
                    .problems(selectionType, { name: "s", planId, iamRoleArn: role, ...inputs })
                    .join();
            expect(problems({})).to.contain("must choose something");
            expect(problems({ resources: ["orders"] })).to.contain("must be ARNs or *");
            expect(problems({ resources: ["*"], notResources: ["x"] })).to.contain("notResources");
            const many = Array.from({ length: 501 }, (_, n) => `${tableArn}${n}`);
            expect(problems({ resources: many })).to.contain("at most 500");
            expect(problems({ resources: ["*"] })).to.equal("");
        });
    });
});
