import { expect } from "chai";

import type {
    Observed,
    WriterInputs,
    WriterOutputs,
} from "../../../components/writer/desiredWriter";
import { regionsToAsk, type WriterApi } from "../../../components/writer/writerApi";
import { check, create, diff, read, update } from "../../../components/writer/writerProvider";

const [home, away, third] = ["us-east-1", "eu-west-1", "ap-south-1"] as const;
const arn = (region: string): string => `arn:aws:rds:${region}:111122223333:cluster:shop-${region}`;
const inputs: WriterInputs = {
    globalClusterIdentifier: "shop",
    writer: home,
    members: { [home]: arn(home), [away]: arn(away), [third]: arn(third) },
    clusterIdentifiers: Object.fromEntries(
        [home, away, third].map((region) => [region, `shop-${region}`]),
    ),
    outOfService: [],
    rpoSeconds: 10,
    acceptDataLoss: "",
    timeoutSeconds: 1,
};
const deployed: WriterOutputs = {
    ...inputs,
    currentWriter: home,
    lastChange: { kind: "none", from: home, to: home, lagSeconds: 0 },
};
const wants = (writer: string, more: Partial<WriterInputs> = {}): WriterInputs => ({
    ...inputs,
    writer,
    ...more,
});

/** Roles that change at once when they are told to. */
class FakeRoles implements WriterApi {
    readonly calls: string[] = [];
    writer: string = home;
    changing = 0;
    answering = true;
    reachable = true;
    lag: number | undefined = 0.2;
    connected: readonly string[] = [home, away, third];
    /** Whether a call that changes roles does so, and whether it is to be seen that it was made. */
    obeys = true;
    silent = false;
    /** Whether a switchover is begun; silently when its answer is lost. */
    takesSwitchovers: boolean | "silently" = true;

    async observe(): Promise<Observed> {
        if (!this.reachable) {
            throw new Error("no answer");
        }
        this.changing = Math.max(0, this.changing - 1);
        return {
            writer: this.writer,
            changing: this.changing > 0,
            connected: this.connected,
        };
    }

    async answers(): Promise<boolean> {
        return this.answering;
    }

    async lagSeconds(): Promise<number | undefined> {
        return this.lag;
    }

    async switchover(to: WriterInputs, from: string): Promise<void> {
        if (this.takesSwitchovers === false) {
            this.calls.push(`switchover ${to.writer} in ${from} failed`);
            throw new Error("no answer in 5 s");
        }
        this.#change(`switchover in ${from} to`, to.writer);
        if (this.takesSwitchovers === "silently") {
            throw new Error("no answer in 5 s");
        }
    }

    async failover(to: WriterInputs): Promise<void> {
        this.#change("failover", to.writer);
    }

    #change(kind: string, to: string): void {
        this.calls.push(`${kind} ${to}`);
        if (this.obeys) {
            this.writer = to;
        }
        this.changing = this.silent ? 0 : 2;
    }
}

async function message(promise: Promise<unknown>): Promise<string> {
    return promise.then(
        () => "",
        (error: Error) => error.message,
    );
}

describe("the owner of the writer", () => {
    let roles: FakeRoles;
    beforeEach(() => (roles = new FakeRoles()));

    const failures = async (news: WriterInputs, olds?: WriterInputs): Promise<string> =>
        (await check(olds, news, roles)).failures
            .map(({ property, reason }) => `${property}: ${reason}`)
            .join("\n");

    describe("refuses before anything changes", () => {
        it("a writer that is no region of the platform", async () => {
            expect(await failures(wants("eu-west-9"), deployed)).to.equal(
                "writer: must be a region of the platform (ap-south-1, eu-west-1, us-east-1), got eu-west-9; set meridian:writer to one of them",
            );
        });

        it("a writer that is voted out", async () => {
            expect(await failures(wants(away, { outOfService: [away] }), deployed)).to.contain(
                "must be a region in service (ap-south-1, us-east-1), got eu-west-1",
            );
        });

        it("no writer that was so before it was voted out", async () => {
            expect(await failures(wants(home, { outOfService: [home] }), deployed)).to.equal("");
        });

        it("a region that lags past the RPO, and says what to do", async () => {
            roles.lag = 10;
            expect(await failures(wants(away), deployed)).to.equal("");
            roles.lag = 10.5;
            expect(await failures(wants(away), deployed)).to.equal(
                "writer: must be a region that can be switched over to without a loss from us-east-1 (RPO 10 s), got eu-west-1: " +
                    "eu-west-1 lags 10.5 s, more than the 10 s of the RPO; wait until that is over, " +
                    "or set meridian:acceptDataLoss to us-east-1 to fail over and lose what has not arrived",
            );
        });

        it("a region whose lag nobody knows", async () => {
            roles.lag = undefined;
            expect(await failures(wants(away), deployed)).to.contain("is not known");
        });

        it("a region that does not follow the writer", async () => {
            roles.connected = [home, third];
            expect(await failures(wants(away), deployed)).to.contain("does not follow the writer");
        });

        it("a change away from a writer that does not answer", async () => {
            roles.answering = false;
            expect(await failures(wants(away), deployed)).to.contain("us-east-1 does not answer");
        });

        it("loss of a region that is none", async () => {
            expect(await failures(wants(home, { acceptDataLoss: "x" }), deployed)).to.contain(
                "acceptDataLoss: must be a region of the platform",
            );
        });

        it("nothing that is not known yet", async () => {
            const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
            expect(await failures(wants(home, { globalClusterIdentifier: unknown }))).to.equal("");
        });

        it("by itself only: an update that nobody previewed is refused as well", async () => {
            roles.lag = 11;
            expect(await message(update(deployed, wants(away), roles))).to.contain("lags 11 s");
            expect(roles.calls).to.deep.equal([]);
        });
    });

    it("leaves the writer where it is", async () => {
        const { id, outs } = await create(inputs, roles);
        expect(id).to.equal("shop");
        expect(outs).to.deep.include({ currentWriter: home });
        expect(roles.calls).to.deep.equal([]);
    });

    it("has the loss accepted, or not, of a writer that answers and does not hand over", async () => {
        roles.takesSwitchovers = false;
        const failed = `switchover ${away} in ${home} failed`;
        expect(await message(update(deployed, wants(away), roles))).to.equal(
            "`writer`: RDS in us-east-1, where the switchover has to begin, did not begin it: no answer in 5 s; " +
                "run the update again, or set meridian:acceptDataLoss to us-east-1 to fail over and lose what has not arrived",
        );
        expect(roles.calls).to.deep.equal([failed]);
        const { outs } = await update(deployed, wants(away, { acceptDataLoss: home }), roles);
        expect(roles.calls).to.deep.equal([failed, failed, `failover ${away}`]);
        expect(outs.lastChange).to.include({ kind: "failover", from: home, lagSeconds: 0.2 });
    });

    it("takes a switchover whose answer was lost for the one that it is", async () => {
        roles.takesSwitchovers = "silently";
        const { outs } = await update(deployed, wants(away, { acceptDataLoss: home }), roles);
        expect(outs.lastChange).to.include({ kind: "switchover", from: home, to: away });
        expect(roles.calls).to.have.lengthOf(1);
    });

    it("switches over when both sides are well, and tells the lag before it", async () => {
        const { outs } = await update(deployed, wants(away), roles);
        expect(roles.calls).to.deep.equal([`switchover in ${home} to ${away}`]);
        expect(outs).to.deep.include({
            currentWriter: away,
            lastChange: { kind: "switchover", from: home, to: away, lagSeconds: 0.2 },
        });
    });

    it("switches over rather than lose anything, even when a loss would be accepted", async () => {
        await update(deployed, wants(away, { acceptDataLoss: home }), roles);
        expect(roles.calls).to.deep.equal([`switchover in ${home} to ${away}`]);
    });

    it("fails over when the writer is gone and its loss is accepted by name", async () => {
        roles.answering = false;
        roles.lag = 42;
        const wanted = wants(away, { acceptDataLoss: home });
        expect(await failures(wanted, deployed)).to.equal("");
        const { outs } = await update(deployed, wanted, roles);
        expect(roles.calls).to.deep.equal([`failover ${away}`]);
        expect(outs.lastChange).to.deep.equal({
            kind: "failover",
            from: home,
            to: away,
            lagSeconds: 42,
        });
    });

    it("takes the acceptance of another region's loss for none", async () => {
        roles.answering = false;
        expect(await failures(wants(away, { acceptDataLoss: third }), deployed)).to.contain(
            "does not answer",
        );
    });

    it("says that a lag was not known", async () => {
        roles.answering = false;
        roles.lag = undefined;
        const { outs } = await update(deployed, wants(away, { acceptDataLoss: home }), roles);
        expect(outs.lastChange.lagSeconds).to.equal(-1);
    });

    it("adopts what AWS did by itself, once it is what the program wants", async () => {
        roles.writer = away;
        expect((await diff(deployed, inputs, roles)).changes).to.equal(true);
        const { outs } = await update(deployed, wants(away), roles);
        expect(roles.calls).to.deep.equal([]);
        expect(outs.lastChange).to.deep.equal({
            kind: "adopted",
            from: home,
            to: away,
            lagSeconds: -1,
        });
        expect((await diff(outs, wants(away), roles)).changes).to.equal(false);
    });

    it("has nothing to do after a change, and says the same when run again", async () => {
        const { outs } = await update(deployed, wants(away), roles);
        expect(await diff(outs, wants(away), roles)).to.deep.equal({
            changes: false,
            replaces: [],
        });
        const again = await update(outs, wants(away), roles);
        expect(again.outs).to.deep.equal(outs);
        expect(roles.calls).to.have.lengthOf(1);
    });

    it("sees no change in what only says how a change would be made", async () => {
        const { changes } = await diff(
            deployed,
            wants(home, { rpoSeconds: 5, acceptDataLoss: away, outOfService: [third] }),
            roles,
        );
        expect(changes).to.equal(false);
    });

    it("sees a region that joined, and another global cluster", async () => {
        const joined = { ...inputs.members, "ap-east-1": arn("ap-east-1") };
        expect((await diff(deployed, wants(home, { members: joined }), roles)).changes).to.equal(
            true,
        );
        expect(
            (await diff(deployed, wants(home, { globalClusterIdentifier: "b" }), roles)).replaces,
        ).to.deep.equal(["globalClusterIdentifier"]);
    });

    it("takes roles that nobody can tell to be as they were", async () => {
        roles.reachable = false;
        expect((await diff(deployed, inputs, roles)).changes).to.equal(false);
    });

    it("waits for a change under way before it makes its own", async () => {
        roles.changing = 3;
        await update(deployed, wants(away), roles);
        expect(roles.calls).to.deep.equal([`switchover in ${home} to ${away}`]);
    });

    it("gives up in time when the roles do not come to be as wanted", async () => {
        roles.obeys = false;
        roles.silent = true;
        expect(await message(update(deployed, wants(away), roles))).to.contain(
            "with eu-west-1 as the writer, within 1 s, got: us-east-1 writes",
        );
    });

    it("does not wait for a change that AWS gave up", async () => {
        roles.obeys = false;
        expect(
            await message(update(deployed, wants(away, { timeoutSeconds: 600 }), roles)),
        ).to.contain("AWS gave up the switchover of shop to eu-west-1, and us-east-1 writes");
    });

    it("asks the wanted writer's region and another, those in service first", () => {
        expect(regionsToAsk(inputs)).to.deep.equal([home, third]);
        expect(regionsToAsk(wants(home, { outOfService: [home] }))).to.deep.equal([third, away]);
        expect(regionsToAsk(wants(home, { outOfService: [third] }))).to.deep.equal([home, away]);
    });

    it("finds the writer in a refresh", async () => {
        roles.writer = third;
        expect((await read("shop", deployed, roles)).props.currentWriter).to.equal(third);
    });
});
