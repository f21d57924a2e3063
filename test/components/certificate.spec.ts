import { expect } from "chai";

import { Certificate } from "../../components/certificate";
import { setMocks, settled, valueOf, type Registrations } from "../support/mocks";

const recordType = "aws:route53/record:Record";

describe("a region's certificate", () => {
    let registered: Registrations;
    let certificate: Certificate;

    before(async () => {
        registered = await setMocks();
        certificate = new Certificate("cert", {
            zoneId: "Z0123456789EXAMPLE",
            sharedNames: ["app.example.com", "write.app.example.com"],
            ownNames: ["eu-west-1.origin.example.com"],
        });
        await settled();
    });

    it("covers the shared names and its own, validated by DNS", () => {
        expect(registered.inputs("aws:acm/certificate:Certificate", "cert")).to.deep.equal({
            domainName: "app.example.com",
            subjectAlternativeNames: ["write.app.example.com", "eu-west-1.origin.example.com"],
            validationMethod: "DNS",
            keyAlgorithm: "EC_prime256v1",
        });
    });

    it("proves each name with the record that belongs to it", () => {
        expect(
            registered
                .of(recordType)
                .map(({ inputs }) => [inputs["name"], inputs["type"], inputs["records"]]),
        ).to.deep.equal(
            ["app.example.com", "eu-west-1.origin.example.com", "write.app.example.com"].map(
                (name) => [`_proof.${name}.`, "CNAME", [`_answer.${name}.acm-validations.aws.`]],
            ),
        );
    });

    it("writes shared records whoever was first, and never deletes them", () => {
        const of = (domain: string) => {
            const { inputs, options } = registered.one(recordType, `cert-${domain}`);
            return [inputs["allowOverwrite"], options.retainOnDelete];
        };
        expect(of("app.example.com")).to.deep.equal([true, true]);
        expect(of("write.app.example.com")).to.deep.equal([true, true]);
        expect(of("eu-west-1.origin.example.com")).to.deep.equal([false, false]);
    });

    it("is handed on once it is issued", async () => {
        expect(
            registered.inputs("aws:acm/certificateValidation:CertificateValidation", "cert")[
                "validationRecordFqdns"
            ],
        ).to.have.length(3);
        expect(await valueOf(certificate.arn)).to.equal("arn:aws:acm:eu-west-1:111122223333:cert");
    });
});
