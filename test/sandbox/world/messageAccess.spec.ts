import { expect } from "chai";

import { refuseRole, type MessageUse } from "../../../sandbox/world/messageAccess";
import { declareOpenKey, declareRoleWith, policyOf } from "../../support/roles";
import { smallWorld, type SmallWorld } from "../../support/smallWorld";

const region = "eu-west-1";
const roleArn = "arn:aws:iam::111122223333:role/decider";
const topicArn = `arn:aws:sns:${region}:111122223333:notices`;
const keyArn = `arn:aws:kms:${region}:111122223333:key/operations`;

describe("topics, queues and the roles of those who use them", () => {
    let world: SmallWorld;

    beforeEach(async () => {
        world = await smallWorld();
        expect(declareOpenKey(world, region, "operations")).to.equal(keyArn);
    });

    afterEach(() => world.end());

    function may(...statements: readonly object[]): void {
        declareRoleWith(
            world,
            "decider",
            "lambda.amazonaws.com",
            statements.map((one) => ({ Resource: "*", ...one })),
        );
    }

    /** `done`, or the error's code. */
    function outcome(
        changes: Partial<MessageUse> = {},
        role: string | undefined = roleArn,
    ): string {
        try {
            refuseRole(world, role, {
                service: "sns",
                region,
                action: "Publish",
                resource: topicArn,
                policy: undefined,
                keyReference: undefined,
                keyActions: ["kms:GenerateDataKey", "kms:Decrypt"],
                ...changes,
            });
            return "done";
        } catch (error) {
            return (error as { code: string }).code;
        }
    }

    it("lets a role do what its policies name, and no other one do anything", () => {
        may({ Action: "sns:Publish", Resource: topicArn });
        expect(outcome()).to.equal("done");
        expect(outcome({ resource: `${topicArn}-2` })).to.equal("AuthorizationError");
        expect(outcome({}, "arn:aws:iam::111122223333:role/other")).to.equal("AuthorizationError");
        expect(outcome({ service: "sqs", action: "SendMessage" })).to.equal("AccessDenied");
    });

    it("asks the resource's own policy, which lets a role as well, and whose refusal counts", () => {
        const Principal = { AWS: roleArn };
        const lets = policyOf({ Principal, Action: "sns:Publish" });
        may({ Action: "sns:Subscribe" });
        expect(outcome()).to.equal("AuthorizationError");
        expect(outcome({ policy: lets })).to.equal("done");
        may({ Action: "sns:Publish" });
        const denies = policyOf({ Effect: "Deny", Principal: "*", Action: "sns:*" });
        expect(outcome({ policy: denies })).to.equal("AuthorizationError");
    });

    it("has a role use the key, by way of the service it is for", () => {
        const key = (via: string, ...Action: readonly string[]) => ({
            Action,
            Resource: keyArn,
            Condition: { StringEquals: { "kms:ViaService": `${via}.${region}.amazonaws.com` } },
        });
        const publish = { Action: "sns:Publish" };
        for (const [statements, is] of [
            [[publish], "KMSAccessDenied"],
            [[publish, key("sns", "kms:Decrypt")], "KMSAccessDenied"],
            [[publish, key("sqs", "kms:Decrypt", "kms:GenerateDataKey")], "KMSAccessDenied"],
            [[publish, key("sns", "kms:Decrypt", "kms:GenerateDataKey")], "done"],
        ] as const) {
            may(...statements);
            expect(outcome({ keyReference: keyArn }), JSON.stringify(statements)).to.equal(is);
        }
    });

    it("refuses nothing to who has no role", () => {
        expect(outcome({}, "")).to.equal("AuthorizationError");
        refuseRole(world, undefined, {
            service: "sqs",
            region,
            action: "PurgeQueue",
            resource: "*",
            policy: undefined,
            keyReference: undefined,
            keyActions: [],
        });
    });
});
