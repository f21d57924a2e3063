import { expect } from "chai";

import { AutomationError } from "../../../automation/errors";
import { auditMarker, commentLimit, gateMarkdown, marker } from "../../../automation/gate/markdown";
import { block, inline, link } from "../../../automation/gate/markdownText";
import { updateOf, voteChange } from "../support/fakeStacks";
import { awkward, manyViolations, pack, reportOn, violation } from "../support/gateReports";

const refused = new AutomationError("policy", "refused");

/** Cells of a table's row, as GitHub splits it: at every pipe that is not escaped. */
function cells(line: string): readonly string[] {
    return line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim());
}

describe("the comment on a pull request", () => {
    it("begins with its marker and the verdict", () => {
        const [first, second] = gateMarkdown(reportOn({})).split("\n");
        expect(first).to.equal(marker);
        expect(second).to.equal("## ✅ Policies passed");
        const failed = gateMarkdown(
            reportOn([
                updateOf("eu-west-1", { violations: [violation()], error: refused }),
                updateOf("global", { error: new AutomationError("failed", "no zone") }),
            ]),
        );
        expect(failed.split("\n")[1]).to.equal(
            "## ❌ Policies failed: 1 mandatory violation, 1 stack without a preview",
        );
        expect(failed).to.contain("no zone");
    });

    it("tells an audit's verdict without a word of changes, under a marker of its own", () => {
        const text = gateMarkdown(
            reportOn(
                [updateOf("global", { error: new AutomationError("failed", "torn") })],
                [pack],
                "audit",
            ),
        );
        const [first, second, , head] = text.split("\n");
        expect(first).to.equal(auditMarker);
        expect(second).to.equal("## ❌ Policies failed: 1 stack without a verdict");
        expect(cells(head ?? "")).to.eql(["stack", "mandatory", "advisory", "not judged"]);
        expect(gateMarkdown(reportOn({}, [pack], "audit"))).to.contain(
            "## ✅ What is deployed meets the policies",
        );
    });

    it("counts the changes of each stack and names what is replaced and deleted", () => {
        const change = (name: string, operation: string) =>
            voteChange("eu-west-1", "us-east-1", "x", { name, urn: `u::${name}`, operation });
        const text = gateMarkdown(
            reportOn({
                changes: [
                    change("new", "create"),
                    change("old", "replace"),
                    ...Array.from({ length: 30 }, (_, i) => change(`gone${i}`, "delete")),
                ],
            }),
        );
        const row = text.split("\n").find((line) => line.startsWith("| eu")) ?? "";
        expect(cells(row)).to.eql(["eu-west-1", "1", "0", "**1**", "**30**", "0", "0", "0"]);
        expect(text).to.contain("replaces <code>old</code>");
        expect(text).to.contain("<code>gone0</code>").and.to.contain("and 5 more");
        expect(text).not.to.contain("gone25");
    });

    it("groups violations by rule, each with stack, resource, place and fix", () => {
        const text = gateMarkdown(
            reportOn([
                updateOf("eu-west-1", { violations: [violation()], error: refused }),
                updateOf("global", { violations: [violation()], error: refused }),
            ]),
        );
        const heading = "### [capacity-enough](<https://example.com/capacity>)";
        expect(text.split(heading)).to.have.length(2);
        expect(text).to.contain("**Fix:** Raise it.");
        const rows = text.split("\n").filter((line) => line.includes("it has 1"));
        expect(rows.map((row) => cells(row)[0])).to.eql(["eu-west-1, global"]);
        expect(rows[0]).to.contain("<code>web</code> <code>components/service.ts&#58;50</code>");
    });

    it("says once what is the same in several stacks, and apart what is not", () => {
        const found = (stack: string, message: string) =>
            updateOf(stack, { violations: [violation({ message })], error: refused });
        const text = gateMarkdown(
            reportOn([
                found("a-1", "it has 1"),
                found("b-1", "it has 2"),
                found("c-1", "it has 1"),
            ]),
        );
        const rows = text.split("\n").filter((line) => line.includes("it has"));
        expect(rows.map((row) => cells(row)[0])).to.eql(["a-1, c-1", "b-1"]);
        expect(text).to.contain("## ❌ Policies failed: 3 mandatory violations");
    });

    it("counts what did not fit by findings, and not by rows", () => {
        const violations = Array.from({ length: 60 }, (_, i) => violation({ message: `no ${i}` }));
        const text = gateMarkdown(
            reportOn(
                ["a-1", "b-1"].map((stack) => updateOf(stack, { violations, error: refused })),
            ),
        );
        expect(text).to.contain("and 20 more of this rule");
    });

    it("shows awkward text as text", () => {
        const text = gateMarkdown(
            reportOn({ violations: [violation({ message: awkward })], error: refused }),
        );
        const row = text.split("\n").find((line) => line.includes("octocat")) ?? "";
        expect(cells(row)).to.have.length(3);
        const what = cells(row)[2] ?? "";
        expect(what.replaceAll("<br>", "")).to.not.match(/[<>`*_[\]\\|]/);
        const read = what.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
        expect(read).to.contain("octocat").and.to.not.contain("@octocat");
        expect(read).to.not.contain("#12");
        expect(what).to.not.match(/[\u0000-\u001f\ud800-\udfff]/);
        expect(text).to.not.contain("<img");
    });

    it("stays within what GitHub takes and says how many did not fit", () => {
        const violations = manyViolations();
        const text = gateMarkdown(reportOn({ violations, error: refused }));
        expect(text.length).to.be.at.most(commentLimit);
        const shown = text.split("\n").filter((line) => line.includes("octocat")).length;
        expect(shown).to.be.greaterThan(20);
        expect(text).to.contain(`**and ${violations.length - shown} findings more**`);
    });

    it("stays within it with failures alone", () => {
        const error = new AutomationError("failed", `${awkward}\n`.repeat(10_000));
        const stacks = Array.from({ length: 60 }, (_, i) => updateOf(`stack-${i}`, { error }));
        const text = gateMarkdown(reportOn(stacks));
        expect(text.length).to.be.at.most(commentLimit);
        expect(text).to.match(/\*\*and \d+ sections more\*\*/);
    });
});

describe("text in Markdown", () => {
    it("is cut where no character is halved", () => {
        expect(inline("ab😀", 3)).to.equal("ab…");
    });

    it("is fenced by more backticks than it has", () => {
        expect(block("a\n````\nb").split("\n")[0]).to.equal("`````text");
    });

    it("links to the web only", () => {
        expect(link("r", "javascript:alert(1)")).to.equal("r");
        expect(link("r", "https://example.com/a b>|")).to.equal(
            "[r](<https://example.com/a%20b%3E%7C>)",
        );
    });
});
