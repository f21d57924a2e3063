import { expect } from "chai";

import { HomeKeeping } from "../../../../components/homeKeeping";
import { domainNames } from "../../../../components/domainNames";
import { formatTimestamp } from "../../../../runtime/consistency/hybridClock";
import { VersionVector } from "../../../../runtime/consistency/versionVector";
import { Caller } from "../../../../runtime/store/calls/caller";
import type { Replica } from "../../../../runtime/store/calls/replica";
import type { AttributeMap } from "../../../../runtime/store/codec/itemSize";
import { noteAway } from "../../../../runtime/store/homes/awayLog";
import { parseOwner, type OwnerRecord } from "../../../../runtime/store/homes/ownerRecord";
import { defaultLeaseTimes, holdOffMs } from "../../../../runtime/store/homes/votes";
import { keyAttributes } from "../../../../runtime/store/stored";
import type { Sandbox } from "../../../../sandbox";
import {
    accountOf,
    deployProgram,
    type ProgramSandbox,
    startProgramSandbox,
} from "../../../support/program";
import {
    declareStoreTable,
    storeClock,
    storeReplica,
    storeTable,
} from "../../../support/storeReplicas";

const accountId = "111122223333";
const [eu, us] = ["eu-west-1", "us-east-1"] as const;
const regions = [eu, us] as const;
const zoneId = "Z111";
const names = domainNames("example.com");

/** The program's own keepers of homes, on a table with real replication, with votes told by real DNS. */
describe("the program's keepers of homes, in the rehearsal cloud", function () {
    this.timeout(300_000);
    let sandbox: Sandbox;
    let started: ProgramSandbox;

    function say(region: string, word: "in-service" | "evacuated"): void {
        const inputs = {
            zoneId,
            name: names.state(region),
            type: "TXT",
            ttl: 10,
            records: [word],
        };
        sandbox.store.put({
            type: "aws:route53/record:Record",
            region: "global",
            id: `${zoneId}_${names.state(region)}_TXT`,
            inputs,
            outputs: inputs,
        });
    }

    before(async () => {
        started = await startProgramSandbox([{ id: zoneId, name: "example.com" }]);
        ({ sandbox } = started);
        declareStoreTable(accountOf(sandbox), regions);
        await sandbox.tables.settled();
        for (const region of regions) {
            say(region, "in-service");
            await deploy(region);
        }
    });

    after(() => started.close());

    async function deploy(region: string): Promise<void> {
        const functionArn = `arn:aws:lambda:${region}:${accountId}:function:meridian-homeKeeper`;
        await deployProgram(
            sandbox,
            region,
            ({ keys, topic }) => {
                new HomeKeeping("homes", {
                    region,
                    accountId,
                    regions,
                    domain: "example.com",
                    tableName: storeTable,
                    dataKeyArn: keys.dataKeyArn,
                    operationsKeyArn: keys.operationsKeyArn,
                    alarmTopicArn: topic.arn,
                    logRetentionDays: 90,
                });
            },
            (registration) =>
                registration.type === "aws:cloudwatch/eventTarget:EventTarget"
                    ? { ...registration, inputs: { ...registration.inputs, arn: functionArn } }
                    : registration,
        );
    }

    const replica = (region: string): Replica => storeReplica(sandbox, sandbox.tables, region);
    const never = new AbortController().signal;

    function item(region: string, pk: string, sk: string): Promise<AttributeMap | undefined> {
        return replica(region).get({ pk, sk }, true, never);
    }

    async function owner(of: string, region: string): Promise<OwnerRecord | undefined> {
        const record = await item(region, `HOME#${of}`, `OWNER#${region}`);
        return record === undefined ? undefined : parseOwner(record);
    }

    /** As the storefront does in a region that keeps another one's home, up to the end or not. */
    async function write(pk: string, isWritten: boolean): Promise<void> {
        const caller = new Caller(storeClock(sandbox), Math.random);
        const profile: AttributeMap = {
            ...keyAttributes({ pk, sk: "PROFILE" }),
            version: { S: VersionVector.of({ [eu]: 1 }).toString() },
            at: { S: formatTimestamp({ wallMs: Math.floor(sandbox.clock.now()), logical: 0 }) },
        };
        const lease = { home: us, region: eu, term: 1, untilMs: 0 };
        await noteAway(caller, replica(eu), lease, profile, caller.deadline());
        if (isWritten) {
            await replica(eu).put(profile, {}, never);
        }
    }

    /** A region that may have a home written now. */
    async function keepers(of: string): Promise<readonly string[]> {
        const nowMs = sandbox.clock.now();
        const records = await Promise.all(regions.map((region) => owner(of, region)));
        return records.flatMap((one) =>
            one?.state === "held" && one.untilMs > nowMs ? [one.region] : [],
        );
    }

    async function until(holds: () => Promise<boolean>, withinMs: number): Promise<void> {
        const endMs = sandbox.clock.now() + withinMs;
        while (!(await holds())) {
            if (sandbox.clock.now() > endMs) {
                throw new Error(`did not come to hold: ${JSON.stringify(sandbox.failures())}`);
            }
            await sandbox.clock.sleep(1000);
        }
    }

    const isKeptBy = (of: string, region: string) => async (): Promise<boolean> =>
        (await keepers(of)).join() === region;

    it("take every region's home where it belongs, and keep it from run to run", async () => {
        await until(isKeptBy(eu, eu), 180_000);
        await until(isKeptBy(us, us), 180_000);
        const terms = await Promise.all(regions.map(async (one) => (await owner(one, one))?.term));
        for (let second = 0; second < 150; second += 5) {
            await sandbox.clock.sleep(5000);
            expect(await keepers(eu), `${second} s`).to.deep.equal([eu]);
        }
        expect(
            await Promise.all(regions.map(async (one) => (await owner(one, one))?.term)),
        ).to.deep.equal(terms);
        expect(sandbox.failures()).to.eql([]);
    });

    it("take a home over from a region that is lost and voted out, and no sooner than it is safe", async () => {
        sandbox.faults.inject({ kind: "blackout", region: us });
        say(us, "evacuated");
        const votedMs = sandbox.clock.now();
        await until(isKeptBy(us, eu), 240_000);
        // In the world the vote is seen as soon as it is cast: the rest of the wait is for the last lease.
        expect(sandbox.clock.now() - votedMs).to.be.at.least(holdOffMs(defaultLeaseTimes));
    });

    it("give it back once the region is there again, and has what was written", async () => {
        await write("PROFILE#1", true);
        await write("PROFILE#2", false);
        sandbox.faults.healAll();
        say(us, "in-service");
        await until(isKeptBy(us, us), 240_000);
        expect(await item(us, `HOME#${us}#CAUGHTUP#${us}`, eu), "how far it got").not.to.equal(
            undefined,
        );
        expect(await item(us, "PROFILE#1", "PROFILE")).not.to.equal(undefined);
        // With the permissions that the program gives them: to look here, and there for what is not here.
        expect(sandbox.failures()).to.eql([]);
        expect((await owner(us, us))?.term).to.be.greaterThan((await owner(us, eu))?.term ?? 0);
    });
});
