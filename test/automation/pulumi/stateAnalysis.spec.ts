import { expect } from "chai";

import {
    analysisOf,
    isDeployed,
    withoutSecrets,
    type StackExport,
} from "../../../automation/pulumi/stateAnalysis";

const secret = (ciphertext: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    ciphertext,
});

function exportOf(outputs: Record<string, unknown>): StackExport {
    return {
        version: 3,
        deployment: {
            secrets_providers: { type: "passphrase", state: { salt: "v1:salt" } },
            resources: [{ urn: "urn:pulumi:s::p::aws:sns/topic:Topic::t", type: "t", outputs }],
        },
    } as StackExport;
}

const end = (result: string) =>
    JSON.stringify({ summaryEvent: { PolicyPacks: { standing: "1.0.0" }, result } });
const violation = JSON.stringify({
    policyEvent: {
        resourceUrn: "urn",
        message: "no",
        policyName: "p",
        policyPackName: "standing",
        enforcementLevel: "mandatory",
    },
});

describe("a state for the packs", () => {
    it("has no secret left, wherever it was, and everything else", () => {
        const state = withoutSecrets(
            exportOf({
                password: secret("v1:aaa"),
                users: [{ name: "one", token: secret("v1:bbb") }],
                plain: { "4dabf18193072939515e22adb298388d": "another signature", kept: null },
            }),
        );
        expect(JSON.stringify(state)).to.not.match(/v1:|ciphertext/);
        expect(state.deployment?.resources?.[0]?.outputs).to.eql({
            password: "[secret]",
            users: [{ name: "one", token: "[secret]" }],
            plain: { "4dabf18193072939515e22adb298388d": "another signature", kept: null },
        });
    });

    it("is deployed once there is more than the engine's own", () => {
        const of = (...types: readonly string[]) => ({
            deployment: { resources: types.map((type) => ({ urn: "u", type })) },
        });
        expect(isDeployed(of("pulumi:pulumi:Stack", "aws:sns/topic:Topic"))).to.equal(true);
        expect(isDeployed(of("pulumi:pulumi:Stack", "pulumi:providers:aws"))).to.equal(false);
        expect(isDeployed({ deployment: {} })).to.equal(false);
        expect(isDeployed({ deployment: null })).to.equal(false);
        expect(isDeployed({})).to.equal(false);
    });
});

describe("what a pack said of a state", () => {
    it("is a verdict, good or bad", () => {
        const good = analysisOf({ code: 0, stdout: `${end("succeeded")}\n`, stderr: "" }, "/pack");
        expect(good.failure).to.equal(undefined);
        expect(good.packs).to.eql([
            { name: "standing", folder: "/pack", finished: true, stopped: false },
        ]);
        const bad = analysisOf(
            {
                code: 1,
                stdout: `${violation}\n${end("failed")}\n`,
                stderr: "error: one or more mandatory policy violations were found\n",
            },
            "/pack",
        );
        expect(bad.failure).to.equal(undefined);
        expect(bad.packs[0]).to.include({ finished: true, stopped: false });
        expect(bad.violations.map(({ policy }) => policy)).to.eql(["p"]);
    });

    it("is none when the pack failed, also after a violation", () => {
        const crash = {
            code: 1,
            stdout: `${violation}\n${end("failed")}\n`,
            stderr: "error: running policy analysis: failed to run policy: Error: torn\n    at validate (/pack/index.js:1:1)\n",
        };
        const crashed = analysisOf(crash, "/pack");
        expect(crashed.failure).to.equal(
            "running policy analysis: failed to run policy: Error: torn",
        );
        expect(crashed.packs[0]).to.include({ finished: false, stopped: true });
        expect(crashed.violations).to.have.length(1);

        const unstarted = { code: 1, stdout: "", stderr: "error: \u001b[90mno\u001b[39m\n\n" };
        expect(analysisOf(unstarted, "/pack").failure).to.equal("no");
        const killed = { code: null, stdout: "", stderr: "" };
        expect(analysisOf(killed, "/pack").failure).to.contain("ended with status null");
    });

    it("is none without an end, whatever the status", () => {
        const cut = analysisOf({ code: 0, stdout: '{"summaryEvent":{', stderr: "" }, "/pack");
        expect(cut.failure).to.be.a("string");
    });
});
