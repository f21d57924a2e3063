import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";
import { certificateType, prove } from "./support/loadBalancer";

const validationType = "aws:acm/certificateValidation:CertificateValidation";

describe("ACM", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open();
    });
    afterEach(() => {
        account.close();
    });

    const inputs = (overrides: Props = {}): Props => ({
        domainName: "app.example.com",
        subjectAlternativeNames: ["*.app.example.com", "write.example.com"],
        validationMethod: "DNS",
        ...overrides,
    });

    describe("a certificate", () => {
        it("waits for one record a name, which a wildcard shares with its parent", async () => {
            const made = await account.create(certificateType, "c", inputs());
            const options = made.domainValidationOptions as readonly Props[];
            expect(options.map((option) => option.domainName)).to.deep.equal([
                "app.example.com",
                "*.app.example.com",
                "write.example.com",
            ]);
            expect(options[1]?.resourceRecordName).to.equal(options[0]?.resourceRecordName);
            expect(options[2]?.resourceRecordName).not.to.equal(options[0]?.resourceRecordName);
            expect(options[0]?.resourceRecordName).to.match(/^_[0-9a-f]{32}\.app\.example\.com\.$/);
            expect(options[0]?.resourceRecordValue).to.match(/\.acm-validations\.aws\.$/);
            expect(made.status).to.equal("PENDING_VALIDATION");
        });

        it("waits for the same record in every region", async () => {
            const here = await account.create(certificateType, "here", inputs());
            const there = await account.create(
                certificateType,
                "there",
                inputs({ region: "us-east-1" }),
            );
            expect(there.arn).to.match(/^arn:aws:acm:us-east-1:/);
            expect(there.domainValidationOptions).to.deep.equal(here.domainValidationOptions);
        });

        const invalid: readonly [string, Props, string][] = [
            ["no validation method", { validationMethod: undefined }, "validationMethod: must be"],
            ["a name with an underscore", { domainName: "my_app.example.com" }, "not a domain"],
            [
                "a first name of 65 characters",
                { domainName: `${"a".repeat(53)}.example.com` },
                "at most 64 characters, got 65",
            ],
            [
                "11 names",
                { subjectAlternativeNames: [..."abcdefghij"].map((name) => `${name}.example.com`) },
                "at most 10 names, got 11",
            ],
        ];
        for (const [what, overrides, words] of invalid) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(certificateType, inputs(overrides)).join()).to.contain(
                    words,
                );
            });
        }
    });

    describe("a validation", () => {
        const fqdns = (made: Props): readonly unknown[] =>
            (made.domainValidationOptions as readonly Props[]).map(
                (option) => option.resourceRecordName,
            );

        it("fails while a record is missing, and names it", async () => {
            const made = await account.create(certificateType, "c", inputs());
            const refused = await refusal(
                account.create(validationType, "v", { certificateArn: made.arn }),
            );
            expect(refused).to.contain("timeout while waiting for state to become 'ISSUED'");
            expect(refused).to.contain(String(fqdns(made)[2]).replace(/\.$/, ""));
        });

        it("fails when a record has another value", async () => {
            const made = await account.create(certificateType, "c", inputs());
            prove(account, {
                domainValidationOptions: (made.domainValidationOptions as readonly Props[]).map(
                    (option) => ({ ...option, resourceRecordValue: "_old.acm-validations.aws." }),
                ),
            });
            expect(
                await refusal(account.create(validationType, "v", { certificateArn: made.arn })),
            ).to.contain("to be issued");
        });

        it("succeeds once the records are there", async () => {
            const made = await account.create(certificateType, "c", inputs());
            prove(account, made);
            const validation = await account.create(validationType, "v", {
                certificateArn: made.arn,
                validationRecordFqdns: fqdns(made),
            });
            expect(validation.certificateArn).to.equal(made.arn);
        });

        it("is refused when it names only some of the records", async () => {
            const made = await account.create(certificateType, "c", inputs());
            prove(account, made);
            expect(
                await refusal(
                    account.create(validationType, "v", {
                        certificateArn: made.arn,
                        validationRecordFqdns: fqdns(made).slice(0, 1),
                    }),
                ),
            ).to.contain("MissingValidationRecord");
        });

        it("is refused for another region's certificate", async () => {
            const made = await account.create(
                certificateType,
                "c",
                inputs({ region: "us-east-1" }),
            );
            prove(account, made);
            expect(
                await refusal(account.create(validationType, "v", { certificateArn: made.arn })),
            ).to.contain("ResourceNotFoundException");
        });
    });
});
