import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { Certificates } from "../../../sandbox/world/certificates";

describe("Certificates", () => {
    let home: string;

    beforeEach(() => {
        home = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-ca-"));
    });

    afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

    it("issues for all the names it is asked for, signed by its authority", async () => {
        const certificates = await Certificates.open(home);
        const { cert, key } = await certificates.for(["App.example.com", "*.origin.example.com"]);
        const read = new X509Certificate(cert);
        const authority = new X509Certificate(certificates.caPem);
        expect(read.verify(authority.publicKey)).to.be.true;
        expect(read.checkHost("app.example.com")).to.equal("app.example.com");
        expect(read.checkHost("eu-west-1.origin.example.com")).not.to.be.undefined;
        expect(read.checkHost("example.com")).to.be.undefined;
        expect(read.ca).to.be.false;
        expect(authority.ca).to.be.true;
        expect(key).to.contain("PRIVATE KEY");
    });

    it("gives the same certificate for the same names in any order", async () => {
        const certificates = await Certificates.open(home);
        const [one, other] = await Promise.all([
            certificates.for(["a.example.com", "b.example.com"]),
            certificates.for(["b.example.com", "a.example.com", "a.example.com"]),
        ]);
        expect(one.cert).to.equal(other.cert);
    });

    it("keeps its authority in its home, the key for its owner alone", async () => {
        const first = await Certificates.open(home);
        const second = await Certificates.open(home);
        expect(second.caPem).to.equal(first.caPem);
        expect(fs.readFileSync(first.caFile, "utf8")).to.equal(first.caPem);
        expect(fs.statSync(path.join(home, "ca.key")).mode & 0o077).to.equal(0);
    });

    it("is valid in a world that has run years ahead", async () => {
        const certificates = await Certificates.open(home);
        const read = new X509Certificate((await certificates.for(["a.example.com"])).cert);
        const inFiveYears = Date.now() + 5 * 365 * 24 * 3600 * 1000;
        expect(Date.parse(read.validTo)).to.be.above(inFiveYears);
        expect(Date.parse(read.validFrom)).to.be.below(Date.now());
    });

    it("refuses to certify nothing", async () => {
        const certificates = await Certificates.open(home);
        expect(() => certificates.for([])).to.throw("at least one name");
    });
});
