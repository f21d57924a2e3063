import { createDecipheriv, pbkdf2Sync } from "node:crypto";

import { expect } from "chai";
import { parse } from "yaml";

import { forRehearsal, rehearsalSalt } from "../../automation/rehearsalProject";
import { sandboxEnvironment } from "../../sandbox/environment";

describe("a stack's file in a rehearsal", () => {
    it("keeps the configuration, and nothing of the estate on AWS", () => {
        const text = [
            "secretsprovider: awskms://alias/x",
            "encryptedkey: k",
            "encryptionsalt: v1:of-the-estate",
            "config:",
            "  aws:region: eu-west-1",
            "  meridian:votes: { us-east-1: evacuate }",
            "  meridian:shares: { us-east-1: 10 }",
        ].join("\n");
        expect(parse(forRehearsal(text))).to.deep.equal({
            config: { "aws:region": "eu-west-1" },
            encryptionsalt: rehearsalSalt,
        });
    });

    it("begins before an incident: every dial open, and the writer at home", () => {
        const text = [
            "config:",
            "  meridian:writer: eu-west-1",
            "  meridian:standby: us-east-1",
            "  meridian:writerHome: us-east-1",
            "  meridian:acceptDataLoss: us-east-1",
            "  meridian:dials: { us-east-1: 0 }",
            "  meridian:cache: { primary: us-east-1, standIn: eu-west-1 }",
        ].join("\n");
        expect(parse(forRehearsal(text))).to.deep.include({
            config: {
                "meridian:writer": "us-east-1",
                "meridian:standby": "eu-west-1",
                "meridian:cache": { primary: "us-east-1" },
            },
        });
    });

    it("leaves a standby that did not take over where it is", () => {
        const text = [
            "config:",
            "  meridian:writer: ap-south-1",
            "  meridian:standby: eu-west-1",
            "  meridian:writerHome: us-east-1",
        ].join("\n");
        expect(parse(forRehearsal(text))).to.deep.include({
            config: { "meridian:writer": "us-east-1", "meridian:standby": "eu-west-1" },
        });
    });

    it("has a salt that proves the sandbox's passphrase, as Pulumi checks it", () => {
        // pkg/secrets/passphrase/manager.go and sdk/go/common/resource/config/crypt.go
        const [, salt = "", , nonce = "", sealed = ""] = rehearsalSalt.split(":");
        const { PULUMI_CONFIG_PASSPHRASE: passphrase = "" } = sandboxEnvironment({
            home: "/h",
            cloudUrl: "",
            apiUrl: "",
            caFile: "",
            dns: "",
        });
        const key = pbkdf2Sync(passphrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
        const bytes = Buffer.from(sealed, "base64");
        const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
        decipher.setAuthTag(bytes.subarray(-16));
        const opened = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
        expect(opened.toString()).to.equal("pulumi");
    });
});
