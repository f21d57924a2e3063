import { expect } from "chai";

import { ServiceState } from "../../../runtime/service/serviceState";

describe("ServiceState", () => {
    const name = "_state.eu-west-1.app.example.com";

    function stateWith(...answers: (string[][] | Error)[]): {
        state: ServiceState;
        changes: boolean[];
    } {
        const changes: boolean[] = [];
        const resolver = {
            resolveTxt: async (asked: string): Promise<string[][]> => {
                expect(asked).to.equal(name);
                const answer = answers.shift();
                if (answer === undefined || answer instanceof Error) {
                    throw answer ?? new Error("asked too often");
                }
                return answer;
            },
            cancel: () => {},
        };
        return {
            state: new ServiceState(name, (evacuated) => changes.push(evacuated), resolver),
            changes,
        };
    }

    it("follows what DNS says and reports each change once", async () => {
        const { state, changes } = stateWith(
            [["in-service"]],
            [["evacuated"]],
            [["evacuated"]],
            [["in-service"]],
        );
        await state.poll();
        expect(state.evacuated).to.equal(false);
        await state.poll();
        expect(state.evacuated).to.equal(true);
        await state.poll();
        await state.poll();
        expect(state.evacuated).to.equal(false);
        expect(changes).to.deep.equal([true, false]);
    });

    it("joins the chunks of a TXT string", async () => {
        const { state } = stateWith([["evac", "uated"]]);
        await state.poll();
        expect(state.evacuated).to.equal(true);
    });

    it("stays as it was when DNS does not answer: silence is no vote", async () => {
        const { state, changes } = stateWith([["evacuated"]], new Error("ETIMEOUT"), [[]]);
        await state.poll();
        await state.poll();
        expect(state.evacuated).to.equal(true);
        await state.poll();
        expect(state.evacuated).to.equal(false);
        expect(changes).to.deep.equal([true, false]);
    });
});
