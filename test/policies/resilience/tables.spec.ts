import { expect } from "chai";

import { tableBackup } from "../../../policies/resilience/rules/recovery/tableBackup";
import { tableProtection } from "../../../policies/resilience/rules/recovery/tableProtection";
import { type Given, judgeResource, judgeSound, judgeStack, unknown } from "../support/judge";

describe("tables", () => {
    it("are protected from deletion, replicas too", () => {
        const judge = judgeSound(tableProtection, "aws:dynamodb/table:Table", {
            deletionProtectionEnabled: true,
        });
        expect(judge({ deletionProtectionEnabled: false })).to.have.length(1);
        expect(judge({ deletionProtectionEnabled: undefined })[0]).to.match(/one call/);
        const replica = "aws:dynamodb/tableReplica:TableReplica";
        expect(judgeResource(tableProtection, { type: replica, props: {} })).to.have.length(1);
    });

    describe("in a backup plan", () => {
        const arn = (name: string) => `arn:aws:dynamodb:eu-west-1:111122223333:table/${name}`;
        const table = (props: Record<string, unknown> = {}): Given => ({
            type: "aws:dynamodb/table:Table",
            name: "table",
            props: { name: "shop", ...props },
        });
        const selection = (props: Record<string, unknown>): Given => ({
            type: "aws:backup/selection:Selection",
            name: "selection",
            props,
            from: { resources: ["table"] },
        });
        const judge = (props: Record<string, unknown>, of: Given = table()) =>
            judgeStack(tableBackup, [of, selection(props)]);

        it("are chosen by ARN, by pattern or by everything", () => {
            expect(judge({ resources: [arn("shop")] })).to.deep.equal([]);
            expect(judge({ resources: [arn("sh*")] })).to.deep.equal([]);
            expect(judge({ resources: [arn("*")] })).to.deep.equal([]);
            expect(judge({ resources: ["*"] })).to.deep.equal([]);
            expect(judgeStack(tableBackup, [table()])[0]).to.match(
                /^table:.*"shop" is in no backup/,
            );
            expect(judge({ resources: [arn("shops")] })).to.have.length(1);
            expect(judge({ resources: [arn("till*")] })).to.have.length(1);
            expect(judge({ resources: ["arn:aws:s3:::shop"] })).to.have.length(1);
        });

        it("are chosen by tag", () => {
            const selectionTags = [{ type: "STRINGEQUALS", key: "backup", value: "daily" }];
            const tagged = (backup: unknown) => table({ tags: { backup } });
            expect(judge({ selectionTags }, tagged("daily"))).to.deep.equal([]);
            expect(judge({ selectionTags }, tagged("never"))).to.have.length(1);
            expect(judge({ selectionTags })).to.have.length(1);
            expect(judge({ selectionTags }, table({ tags: unknown }))).to.deep.equal([]);
        });

        it("are chosen before they have an ARN or a name", () => {
            expect(judge({ resources: [unknown] }, table({ name: unknown }))).to.deep.equal([]);
            expect(judge({ resources: [arn("shop")] }, table({ name: unknown }))).to.have.length(1);
        });

        it("are exempt by name", () => {
            const exemptTables = [
                { name: "shop", reason: "made anew from the events", until: "9999-12-31" },
            ];
            expect(judgeStack(tableBackup, [table()], { exemptTables })).to.deep.equal([]);
            const other = table({ name: "shop2" });
            expect(judgeStack(tableBackup, [other], { exemptTables })).to.have.length(1);
        });
    });
});
