import { expect } from "chai";

import { type Exemption, exemptions, isExempt } from "../../../policies/resilience/exemptions";

const today = "2026-11-28";

function judge(list: readonly Exemption[], name: unknown): [boolean, readonly string[]] {
    const said: string[] = [];
    return [isExempt(list, name, (message) => said.push(message), today), said];
}

describe("exemptions", () => {
    const reason = "moves to another bucket in spring";

    it("hold until their last day, for whoever has the whole name", () => {
        const list = [{ name: "logs-<region>-<account>", reason, until: today }];
        expect(judge(list, "logs-eu-west-1-111122223333")).to.deep.equal([true, []]);
        for (const name of ["logs-eu-west-1-111122223333-x", "logs-somewhere-1", undefined]) {
            expect(judge(list, name), name).to.deep.equal([false, []]);
        }
    });

    it("excuse nobody afterwards, and say which one it was", () => {
        expect(judge([{ name: "logs", reason, until: "2026-11-27" }], "logs")).to.deep.equal([
            false,
            [
                'the exemption of "logs" ran out on 2026-11-27 (its reason: moves to another bucket in spring); mend what it excused, or renew it with a reason that still holds',
            ],
        ]);
        const renewed = [
            { name: "logs", reason, until: "2026-11-27" },
            { name: "logs", reason, until: "2027-02-28" },
        ];
        expect(judge(renewed, "logs")).to.deep.equal([true, []]);
    });

    it("need an end, unless they are a rule's own", () => {
        const endless = { name: "logs", reason };
        const [exempt, said] = judge([endless], "logs");
        expect(exempt).to.equal(true);
        expect(said).to.deep.equal([
            'the exemption of "logs" has no end; set its until to the last day that it is to hold, such as 2027-05-28',
        ]);
        const own = { name: "own", reason: "AWS offers no other way" };
        exemptions("buckets", [own]);
        expect(judge([own], "own")).to.deep.equal([true, []]);
        expect(judge([{ ...own, reason: "we like it so" }], "own")[1]).to.have.length(1);
    });
});
