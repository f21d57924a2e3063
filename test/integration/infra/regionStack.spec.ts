import { expect } from "chai";

import { regionStacks, signIn, voteWrite, type RegionStacks } from "../support/regionStacks";

const stack = "eu-west-1";

describe("a region stack on the real engine", () => {
    let stacks: RegionStacks;

    before(async () => {
        stacks = await regionStacks([stack]);
    });
    after(() => stacks.stop());
    afterEach(() => stacks.world.faults.healAll());

    const callsOfUp = (): Promise<readonly string[]> => stacks.callsOf(() => stacks.up(stack));
    const configureVote = (vote: string | undefined): void =>
        stacks.configureVotes(stack, vote === undefined ? undefined : { "us-east-1": vote });
    const voteOnUsEast1 = async (): Promise<string | undefined> =>
        (await stacks.votesOf(stack))["us-east-1"];

    it("makes no call when nothing has changed, and so looks nothing up", async () => {
        expect(await callsOfUp()).to.deep.equal([signIn(stack)]);
    });

    it("votes with one write", async () => {
        configureVote("evacuate");
        expect(await callsOfUp()).to.deep.equal([signIn(stack), voteWrite(stack)]);
        expect(await voteOnUsEast1()).to.equal("evacuate");
    });

    it("keeps a vote that its configuration no longer mentions", async () => {
        configureVote(undefined);
        expect(await callsOfUp()).to.deep.equal([signIn(stack)]);
        expect(await voteOnUsEast1()).to.equal("evacuate");
    });

    it("takes a vote back with one write when it is told to", async () => {
        configureVote("in-service");
        expect(await callsOfUp()).to.deep.equal([signIn(stack), voteWrite(stack)]);
        expect(await voteOnUsEast1()).to.equal("in-service");
    });

    it("reports what is wrong with its configuration without a stack trace", async () => {
        configureVote("maybe");
        const { status, stdout } = await stacks.pulumi(["preview", "--stack", stack]);
        expect(status).not.to.equal(0);
        expect(stdout).to.contain(
            '`meridian:votes.us-east-1`: must be in-service or evacuate, got "maybe"',
        );
        expect(stdout).not.to.contain("    at ");
    });
});
