import path from "node:path";

import { expect } from "chai";

import { policies } from "../../../policies/resilience/policies";
import { openPreviews, type Previews, type Verdict } from "./support/previews";
import { programsIn } from "./support/programs";

const folder = path.join(__dirname, "..", "..", "policies", "violations");
// ONLY names programs to run alone, while one is being written.
const only = process.env["ONLY"]?.split(",");
const chosen = (part: string) =>
    programsIn(path.join(folder, part)).filter(({ name }) => only?.includes(name) ?? true);
const broken = chosen("programs");
const sound = chosen("sound");

describe("programs that never heard of Meridian, on the real engine", () => {
    let previews: Previews;
    const verdicts = new Map<string, Promise<Verdict>>();

    before(async () => {
        const programs = [...broken, ...sound];
        previews = await openPreviews(programs.map(({ file }) => file));
        for (const { name, file } of programs) {
            const verdict = previews.judge(file);
            // Each is waited for by its own test.
            verdict.catch(() => undefined);
            verdicts.set(name, verdict);
        }
    });
    after(async () => {
        await Promise.allSettled(verdicts.values());
        await previews.close();
    });

    for (const { name, expected, refused } of broken) {
        it(`${name} is caught by exactly the rules it names`, async () => {
            const verdict = (await verdicts.get(name)) as Verdict;
            expect(verdict.errors, verdict.errors.join("\n")).to.deep.equal([]);
            expect(expected, "the file names no rule").not.to.be.empty;
            if (refused.length > 0) {
                // A preview ends at the first refusal; how far it gets by then differs.
                expect(verdict.refusals).not.to.be.empty;
                expect(refused).to.include.members(subjects(verdict.refusals));
                expect(expected).to.include.members(verdict.caught);
                return;
            }
            expect(verdict.refusals).to.deep.equal([]);
            expect(verdict.caught, verdict.messages.join("\n")).to.deep.equal(expected);
            expect(verdict.unjudged).to.deep.equal([]);
        });
    }

    for (const { name } of sound) {
        it(`${name}, which is well made, is let pass`, async () => {
            const verdict = (await verdicts.get(name)) as Verdict;
            expect(verdict.errors, verdict.errors.join("\n")).to.deep.equal([]);
            expect(verdict.refusals).to.deep.equal([]);
            expect(verdict.caught, verdict.messages.join("\n")).to.deep.equal([]);
            expect(verdict.unjudged).to.deep.equal([]);
        });
    }

    if (only === undefined) {
        it("every rule of the pack is named by one of them", () => {
            const named = new Set(
                broken.flatMap(({ expected }) => expected.map((label) => label.split(":")[0])),
            );
            expect(
                policies.map(({ name }) => name).filter((name) => !named.has(name)),
            ).to.deep.equal([]);
        });
    }
});

/** Whom refusals are about, each once. */
function subjects(refusals: readonly string[]): readonly string[] {
    return [...new Set(refusals.map((text) => text.split(":")[0] as string))].sort();
}
