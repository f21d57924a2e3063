import { expect } from "chai";

import { AwsError } from "../../../../sandbox/aws/awsError";
import { WorldClock } from "../../../../sandbox/world/clock";
import { TransactionTokens } from "../../../../sandbox/world/tables/transactionApi";

describe("TransactionTokens", () => {
    let clock: WorldClock;
    let tokens: TransactionTokens;
    let runs: number;

    beforeEach(() => {
        clock = new WorldClock({ maxSpeed: 100_000 });
        tokens = new TransactionTokens(clock);
        runs = 0;
    });

    afterEach(() => clock.stop());

    const once = (item = "a", run = async (): Promise<void> => void runs++) =>
        tokens.once("eu-west-1", { ClientRequestToken: "token", TransactItems: [item] }, run);
    const code = (call: Promise<unknown>): Promise<string> =>
        call.then(
            () => "none",
            (error: unknown) => (error as AwsError).code,
        );

    it("turn a repeat away while the first is under way, and answer it afterwards", async () => {
        let finish = (): void => {};
        const first = once("a", () => new Promise((resolve) => (finish = resolve)));
        expect(await code(once())).to.equal("TransactionInProgressException");
        finish();
        await first;
        await once();
        expect(runs).to.equal(0);
    });

    it("are free again when the transaction failed", async () => {
        const canceled = new AwsError("TransactionCanceledException", "no");
        expect(await code(once("a", () => Promise.reject(canceled)))).to.equal(canceled.code);
        await once();
        expect(runs).to.equal(1);
    });

    it("belong to one request, for ten minutes", async () => {
        await once();
        expect(await code(once("b"))).to.equal("IdempotentParameterMismatchException");
        await clock.sleep(10 * 60_000);
        await once("b");
        expect(runs).to.equal(2);
    });
});
