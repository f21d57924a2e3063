import { expect } from "chai";
import { XMLParser, XMLValidator } from "fast-xml-parser";

import { AutomationError } from "../../../automation/errors";
import { gateJunit } from "../../../automation/gate/junit";
import type { GateReport } from "../../../automation/gate/report";
import { updateOf } from "../support/fakeStacks";
import { awkward, manyViolations, reportOn, violation } from "../support/gateReports";

const refused = new AutomationError("policy", "refused");

interface Case {
    readonly "@name": string;
    readonly "@classname": string;
    readonly failure?: { readonly "#text": string; readonly "@message": string };
    readonly error?: { readonly "#text": string };
    readonly skipped?: { readonly "@message": string };
    readonly "system-out"?: string;
}

interface Suite {
    readonly "@name": string;
    readonly "@tests": string;
    readonly "@failures": string;
    readonly "@errors": string;
    readonly "@skipped": string;
    readonly testcase: readonly Case[];
}

const parser = new XMLParser({
    attributeNamePrefix: "@",
    ignoreAttributes: false,
    parseTagValue: false,
    isArray: (name) => name === "testsuite" || name === "testcase",
    // Ours are many, and known.
    processEntities: { enabled: true, maxTotalExpansions: 1e7, maxExpandedLength: 1e9 },
});

function suites(report: GateReport): readonly Suite[] {
    const text = gateJunit(report);
    expect(XMLValidator.validate(text)).to.equal(true);
    // XML 1.0, section 2.2.
    expect(text).to.not.match(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
    const { testsuites } = parser.parse(text) as { testsuites: { testsuite: readonly Suite[] } };
    return testsuites.testsuite;
}

describe("the gate's JUnit XML", () => {
    it("has a suite per stack and a case per rule, which passes when nothing violates it", () => {
        const [first, second] = suites(
            reportOn([
                updateOf("eu-west-1", { violations: [violation()], error: refused }),
                updateOf("global"),
            ]),
        );
        expect(first?.testcase.map((one) => one["@name"])).to.eql([
            "preview",
            "capacity-enough",
            "logging-on",
        ]);
        expect(first).to.include({ "@tests": "3", "@failures": "1", "@errors": "0" });
        expect(second).to.include({ "@name": "global", "@failures": "0", "@skipped": "0" });
        const failure = first?.testcase[1]?.failure;
        expect(failure?.["@message"]).to.equal("1 violation: A service must be large enough.");
        expect(failure?.["#text"]).to.equal(
            "web (components/service.ts:50): it has 1, it must have 2\nFix: Raise it.",
        );
        expect(first?.testcase[2]?.failure).to.equal(undefined);
    });

    it("fails nothing by an advisory violation, and passes nothing that was not judged", () => {
        const [suite] = suites(
            reportOn({
                violations: [violation({ policy: "logging-on", level: "advisory" })],
                unjudged: [violation({ level: "advisory" })],
            }),
        );
        expect(suite).to.include({ "@failures": "0", "@skipped": "1" });
        expect(suite?.testcase[1]?.skipped?.["@message"]).to.contain("not judged in a preview");
        expect(suite?.testcase[2]?.["system-out"]).to.contain("web (");
    });

    it("has an error where there is no preview, and its rules did not pass", () => {
        const [suite] = suites(reportOn({ error: new AutomationError("failed", "no zone") }));
        expect(suite).to.include({ "@errors": "1", "@skipped": "2" });
        expect(suite?.testcase[0]?.error?.["#text"]).to.equal("no zone");
    });

    it("has an error for a pack that could not be asked", () => {
        const [suite] = suites(
            reportOn({}, [{ folder: "/standing", title: "policies/torn", failure: "torn" }]),
        );
        expect(suite).to.include({ "@name": "policy packs", "@errors": "1" });
        expect(suite?.testcase[0]?.error?.["#text"]).to.contain("policies/torn");
    });

    it("carries awkward text unchanged, but for what XML cannot hold", () => {
        const [suite] = suites(
            reportOn({ violations: [violation({ message: awkward })], error: refused }),
        );
        const text = suite?.testcase[1]?.failure?.["#text"] ?? "";
        expect(text).to.contain("a|b `c` ```d``` *e* _f_ <img src=x onerror=alert(1)>");
        expect(text).to.contain("&amp; ]]> \\ \"q\" 'r'\n# i\ufffd end");
    });

    it("holds 10,000 violations", () => {
        const [suite] = suites(reportOn({ violations: manyViolations(), error: refused }));
        expect(suite?.["@failures"]).to.equal("40");
        const lines = suite?.testcase.flatMap(
            (one) => one.failure?.["#text"].match(/^web-\d+ /gm) ?? [],
        );
        expect(lines).to.have.length(10_000);
    });
});
