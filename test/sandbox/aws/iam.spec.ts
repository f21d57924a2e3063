import { expect } from "chai";

import { Account, refusal } from "./support/account";
import { role } from "./support/network";

const roleType = "aws:iam/role:Role";
const policyType = "aws:iam/rolePolicy:RolePolicy";
const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

const trust = (statement: object = {}): string =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: "ecs-tasks.amazonaws.com" },
                Action: "sts:AssumeRole",
                ...statement,
            },
        ],
    });

const identity = (statement: object = {}): string =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "dynamodb:GetItem", Resource: "*", ...statement }],
    });

describe("IAM", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
    });
    afterEach(() => {
        account.close();
    });

    describe("a role", () => {
        it("lives outside the regions and has what AWS computes", async () => {
            const made = await account.create(roleType, "task", {
                name: "task",
                path: "/meridian/",
                assumeRolePolicy: trust(),
            });
            expect(made.arn).to.equal("arn:aws:iam::111122223333:role/meridian/task");
            expect(made.id).to.equal("task");
            expect(made.uniqueId).to.match(/^AROA[0-9A-F]{17}$/);
            expect(account.store.list(roleType, "global")).to.have.length(1);
        });

        it("gets a name of at most 64 characters from its logical name", async () => {
            const made = await account.create(roleType, "a".repeat(80), {
                assumeRolePolicy: trust(),
            });
            expect(made.name).to.match(/^a{56}-[0-9a-f]{7}$/);
        });

        const refused: readonly [string, string, string][] = [
            ["is not JSON", "{", "invalid Json"],
            ["has no principal", trust({ Principal: undefined }), "required field Principal"],
            ["has a resource", trust({ Resource: "*" }), "prohibited field Resource"],
            ["allows more than assuming", trust({ Action: "s3:GetObject" }), "AssumeRole actions"],
            ["has no such effect", trust({ Effect: "Permit" }), "Effect must be Allow or Deny"],
        ];
        for (const [what, assumeRolePolicy, words] of refused) {
            it(`is refused when its trust policy ${what}`, () => {
                const [problem] = account.problems(roleType, { assumeRolePolicy });
                expect(problem).to.match(/^assumeRolePolicy: MalformedPolicyDocument: /);
                expect(problem).to.contain(words);
            });
        }

        it("takes a session of 1 to 12 hours", () => {
            const problems = (maxSessionDuration: number): readonly string[] =>
                account.problems(roleType, { assumeRolePolicy: trust(), maxSessionDuration });
            expect(problems(43200)).to.deep.equal([]);
            expect(problems(43201)).to.deep.equal([
                "maxSessionDuration: must be a whole number from 3600 to 43200, got 43201",
            ]);
        });

        it("is refused under a name that differs in case only", async () => {
            await role(account, "task", "ecs-tasks.amazonaws.com");
            expect(
                await refusal(
                    account.create(roleType, "other", { name: "TASK", assumeRolePolicy: trust() }),
                ),
            ).to.contain("EntityAlreadyExists: Role with name TASK already exists.");
        });

        it("is refused with a trust policy above 2048 characters", async () => {
            const long = trust({ Principal: { Service: ["x".repeat(2048)] } });
            expect(
                await refusal(account.create(roleType, "task", { assumeRolePolicy: long })),
            ).to.contain("LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048");
        });

        it("stays while policies hang on it, and takes them along when forced", async () => {
            const inputs = { name: "task", assumeRolePolicy: trust() };
            await account.create(roleType, "task", inputs);
            await account.create(policyType, "inline", { role: "task", policy: identity() });
            expect(await refusal(account.remove(roleType, "task"))).to.contain("DeleteConflict");
            await account.update(roleType, "task", { ...inputs, forceDetachPolicies: true });
            await account.remove(roleType, "task");
            expect(account.store.all()).to.deep.equal([]);
        });
    });

    describe("an inline policy", () => {
        const refused: readonly [string, string, string][] = [
            ["names a principal", identity({ Principal: "*" }), "should not specify a principal"],
            ["names no resource", identity({ Resource: undefined }), "must contain resources"],
            ["names no action", identity({ Action: [] }), "must contain actions"],
            ["names an action of no service", identity({ Action: "GetItem" }), "by a vendor"],
            ["names a resource that is no ARN", identity({ Resource: "table" }), "ARN format"],
            ["has a Sid with a hyphen", identity({ Sid: "a-b" }), "must be alpha-numeric"],
        ];
        for (const [what, policy, words] of refused) {
            it(`is refused when it ${what}`, () => {
                expect(account.problems(policyType, { role: "task", policy })[0]).to.contain(words);
            });
        }

        it("is refused on a role that does not exist", async () => {
            expect(
                await refusal(
                    account.create(policyType, "p", { role: "nobody", policy: identity() }),
                ),
            ).to.contain("NoSuchEntity: The role with name nobody cannot be found.");
        });

        it("is refused when the role's policies together pass 10240 characters", async () => {
            await role(account, "task", "ecs-tasks.amazonaws.com");
            const big = identity({ Resource: `arn:aws:s3:::${"x".repeat(6000)}` });
            await account.create(policyType, "first", { role: "task", policy: big });
            expect(
                await refusal(account.create(policyType, "second", { role: "task", policy: big })),
            ).to.contain("Maximum policy size of 10240 bytes exceeded for role task");
        });
    });

    describe("an attachment", () => {
        it("takes AWS managed policies that exist, and no other", async () => {
            await role(account, "task", "ecs-tasks.amazonaws.com");
            const attach = (name: string, policy: string): Promise<unknown> =>
                account.create(attachmentType, name, {
                    role: "task",
                    policyArn: `arn:aws:iam::aws:policy/${policy}`,
                });
            await attach("right", "service-role/AmazonECSTaskExecutionRolePolicy");
            expect(await refusal(attach("wrong", "AmazonECSTaskExecutionRolePolicy"))).to.contain(
                "NoSuchEntity: Policy arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy does not exist or is not attachable.",
            );
        });

        it("takes the role's name, not its ARN", () => {
            expect(
                account.problems(attachmentType, {
                    role: "arn:aws:iam::111122223333:role/task",
                    policyArn: "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
                }),
            ).to.have.length(1);
        });
    });
});
