import fs from "node:fs/promises";
import path from "node:path";

import { expect } from "chai";

import { Journal } from "../../../../automation/journal";
import { topology, votersFor } from "../../../../infra/topology";
import type { Fixture } from "./fixture";

/** What the journal holds of a failover or failback that did not reach its end, if any. */
export function unfinished(fixture: Fixture): Promise<unknown> {
    return Journal.unfinished(path.join(fixture.estate.projectFolder, ".meridian"));
}

/** Every voter's cloud, outputs and stack file hold the vote, and nothing is left to finish. */
export async function expectSettled(fixture: Fixture, region: string, vote: string): Promise<void> {
    for (const stack of votersFor(region, topology)) {
        expect(await fixture.vote(stack, region), stack).to.equal(vote);
        const outputs = await fixture.stacks.outputs(stack);
        expect(outputs?.["votes"], stack).to.eql({ [region]: vote });
        expect(await fs.readFile(fixture.stackFile(stack), "utf8")).to.contain(
            `${region}: ${vote}`,
        );
    }
    expect(await unfinished(fixture)).to.equal(undefined);
}
