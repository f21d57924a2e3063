import { expect } from "chai";

import { StateVotes } from "../../../runtime/handlers/stateVotes";

describe("votes as DNS tells them", () => {
    const answers = new Map<string, readonly (readonly string[])[]>();
    const votes = new StateVotes(
        { "eu-west-1": "_state.eu.example.com", "us-east-1": "_state.us.example.com" },
        {
            resolveTxt: async (name) => {
                const texts = answers.get(name);
                if (texts === undefined) {
                    throw new Error("queryTxt ETIMEOUT");
                }
                return texts.map((chunks) => [...chunks]);
            },
        },
    );

    beforeEach(() => answers.clear());

    it("are in service or evacuated, region by region, also in chunks", async () => {
        answers.set("_state.eu.example.com", [["in-service"]]);
        answers.set("_state.us.example.com", [["evac", "uated"]]);
        expect([...(await votes.read())].sort()).to.deep.equal([
            ["eu-west-1", "in-service"],
            ["us-east-1", "evacuated"],
        ]);
    });

    it("are missing where nobody answers, or something else is said: silence is no vote", async () => {
        answers.set("_state.us.example.com", [["v=spf1 -all"]]);
        expect((await votes.read()).size).to.equal(0);
    });
});
