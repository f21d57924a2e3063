import fs from "node:fs";

import { expect } from "chai";

import { catalogue } from "./catalogue";
import { captureEstate, type Judged } from "./judge";
import { formatted, judgeAll, mutationFile } from "./write";

describe("our own stacks, broken", () => {
    let judged: Readonly<Record<string, readonly Judged[]>>;

    before(async () => {
        judged = judgeAll(await captureEstate());
    });

    for (const [part, mutations] of Object.entries(catalogue)) {
        describe(part, () => {
            mutations.forEach(({ what, caughtBy, harmless, gap }, index) => {
                it(`${what}: ${caughtBy.length > 0 ? "caught" : (harmless ?? gap)}`, () => {
                    expect(judged[part]?.[index]?.found).to.deep.equal([...caughtBy].sort());
                    const reasons = [harmless, gap].filter((each) => each !== undefined);
                    expect(reasons, "caught, or not, for one reason").to.have.length(
                        caughtBy.length > 0 ? 0 : 1,
                    );
                });
            });
        });
    }

    it("are on the page as they are judged; npm run mutate writes it", async () => {
        expect(fs.readFileSync(mutationFile, "utf8")).to.equal(await formatted(judged));
    });
});
