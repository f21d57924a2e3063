import { expect } from "chai";

import { dependencies } from "../../../package.json";
import { compatibilityOf, versions } from "../../../sandbox/engine/compatibility";

const wanted = { cli: "3.259.0", minimumCli: "3.248.0", aws: "7.48.0" };

describe("compatibilityOf", () => {
    for (const version of ["v3.259.0", "3.248.0", "3.248.1\n", "v3.300.12", "3.249.0-alpha.1"]) {
        it(`takes ${JSON.stringify(version)}`, () => {
            expect(compatibilityOf(version, wanted)).to.eql({ compatible: true });
        });
    }

    for (const [version, reason] of [
        ["v3.247.9", "too old"],
        ["v3.248.0-alpha.1", "too old"],
        ["v2.300.0", "another major version"],
        ["v4.0.0", "another major version"],
        ["", "cannot read"],
        ["dev", "cannot read"],
        ["3.259", "cannot read"],
    ] as const) {
        it(`refuses ${JSON.stringify(version)}`, () => {
            const compatibility = compatibilityOf(version, wanted);
            expect(compatibility).to.have.property("compatible", false);
            expect(compatibility).to.have.property("reason").that.contains(reason);
        });
    }

    it("pins a CLI that it would itself take", () => {
        expect(compatibilityOf(versions.cli)).to.eql({ compatible: true });
    });

    it("pins what package.json pins", () => {
        expect(dependencies["@pulumi/aws"]).to.equal(versions.aws);
        expect(dependencies["@pulumi/pulumi"]).to.equal(versions.minimumCli);
    });
});
