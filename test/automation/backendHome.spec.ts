import { expect } from "chai";

import { checkHomes, regionOf } from "../../automation/backendHome";
import { topology } from "../../infra/topology";

describe("where state and secrets live", () => {
    for (const [url, region] of [
        ["s3://bucket/prefix?region=eu-central-1&awssdk=v2", "eu-central-1"],
        ["awskms://alias/state?region=us-east-1", "us-east-1"],
        ["awskms:///arn:aws:kms:ap-south-1:111122223333:key/abc", "ap-south-1"],
        ["file:///tmp/state", undefined],
        ["https://api.pulumi.com", undefined],
        ["s3://bucket", undefined],
    ] as const) {
        it(`reads ${region ?? "no region"} from ${url}`, () => {
            expect(regionOf(url)).to.equal(region);
        });
    }

    it("is refused in a region of the topology, each place by name", () => {
        const check = (): void =>
            checkHomes(
                {
                    "the state backend": "s3://state?region=eu-west-1",
                    "the secrets provider of global": "awskms://alias/a?region=us-east-1",
                    "the secrets provider of eu-west-1": "awskms://alias/a?region=eu-central-1",
                },
                topology,
            );
        expect(check).to.throw(
            /state backend is in eu-west-1[^]*secrets provider of global is in us-east-1/,
        );
        expect(check).not.to.throw(/provider of eu-west-1/);
    });

    it("is fine elsewhere", () => {
        checkHomes({ "the state backend": "s3://state?region=eu-central-1" }, topology);
    });
});
