import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { ConflictDetection } from "../../../../components/conflictDetection";
import { ConflictDetector } from "../../../../components/conflictDetector";
import { HybridClock } from "../../../../runtime/consistency/hybridClock";
import { VersionVector } from "../../../../runtime/consistency/versionVector";
import { changeLine, emptyMap, quantities } from "../../../../runtime/consistency/crdt/orMap";
import { Caller } from "../../../../runtime/store/calls/caller";
import { systemClock } from "../../../../runtime/store/calls/clock";
import { Replica, type ReplicaClient } from "../../../../runtime/store/calls/replica";
import type { AttributeMap } from "../../../../runtime/store/codec/itemSize";
import { orMapCodec } from "../../../../runtime/store/codec/states";
import { lostItem } from "../../../../runtime/store/conflicts/conflictRecord";
import { MergeableItems, sightOf } from "../../../../runtime/store/items/mergeableItems";
import { Takes } from "../../../../runtime/store/items/takes";
import {
    keyAttributes,
    parseHome,
    parseRegional,
    serialiseHome,
    serialiseRegional,
} from "../../../../runtime/store/stored";
import type { Sandbox } from "../../../../sandbox";
import {
    accountOf,
    deployProgram,
    type ProgramSandbox,
    startProgramSandbox,
} from "../../../support/program";
import { declareStoreTable, storeTable } from "../../../support/storeReplicas";

const accountId = "111122223333";
const regions = ["eu-west-1", "us-east-1"] as const;
const [eu, us] = regions;
type Region = (typeof regions)[number];
interface SdkCommand {
    readonly constructor: { readonly name: string };
    readonly input: object;
}
/** What takes stock in a region. */
interface Taker {
    readonly context: ConstructorParameters<typeof Takes>[0];
    readonly takes: Takes;
    readonly region: Region;
}

const queueArn = (region: string): string =>
    `arn:aws:sqs:${region}:${accountId}:meridian-conflict-dead-letters`;

/** The program's own detectors, roles, queues and mappings, on a table with real replication. */
describe("the program's conflict detectors, in the rehearsal cloud", function () {
    this.timeout(300_000);
    let sandbox: Sandbox;
    let started: ProgramSandbox;

    async function deploy(region: Region): Promise<void> {
        await deployProgram(sandbox, region, ({ keys, topic }) => {
            const detector = new ConflictDetector("conflicts", {
                region,
                accountId,
                regions,
                tableName: storeTable,
                dataKeyArn: keys.dataKeyArn,
                operationsKeyArn: keys.operationsKeyArn,
                alarmTopicArn: topic.arn,
                logRetentionDays: 90,
            });
            new ConflictDetection("detection", {
                regions: [
                    {
                        region,
                        streamArn: sandbox.tables.streams.current(region, storeTable)?.arn ?? "",
                        functionName: detector.functionName,
                        deadLetterArn: queueArn(region),
                    },
                ],
            });
        });
    }

    before(async () => {
        started = await startProgramSandbox();
        ({ sandbox } = started);
        declareStoreTable(accountOf(sandbox), regions);
        await sandbox.tables.settled();
        for (const region of regions) {
            await deploy(region);
        }
    });

    after(() => started.close());

    afterEach(() => sandbox.faults.healAll());

    const run = (region: Region, action: string, input: object): Promise<unknown> =>
        sandbox.clock.io(() =>
            sandbox.tables.execute(region, action, { TableName: storeTable, ...input }),
        );

    const put = (region: Region, Item: AttributeMap): Promise<unknown> =>
        run(region, "PutItem", { Item });

    async function get(region: Region, key: { pk: string; sk: string }): Promise<AttributeMap> {
        const { Item = {} } = (await run(region, "GetItem", { Key: keyAttributes(key) })) as {
            Item?: AttributeMap;
        };
        return Item;
    }

    async function recorded(region: Region, pk: string): Promise<readonly AttributeMap[]> {
        const { Items } = (await run(region, "Query", {
            KeyConditionExpression: "pk = :pk",
            ExpressionAttributeValues: { ":pk": { S: `CONFLICT#${pk}` } },
        })) as { Items: readonly AttributeMap[] };
        return Items.map((item) => lostItem([item]));
    }

    async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
        for (let second = 0; !(await holds()); second += 5) {
            if (second > 1800) {
                throw new Error(
                    `did not come to hold: ${JSON.stringify([sandbox.eventSources.statuses(), sandbox.failures()])}`,
                );
            }
            await sandbox.clock.sleep(5000);
        }
    }

    async function settledAgain(): Promise<void> {
        await until(() => regions.every((region) => sandbox.tables.pending(region) === 0));
        await sandbox.clock.sleep(10_000);
        await until(() => sandbox.eventSources.statuses().every(({ lagMs }) => lagMs === 0));
    }

    const total = (region: Region, metric: string): number =>
        sandbox.metrics.total(region, "Meridian/Conflicts", metric, { Region: region });

    const now = () => ({ wallMs: Math.floor(sandbox.clock.now()), logical: 0 });

    /** Says that a region keeps a home, and for how long it may. */
    const own = (region: Region, name: string, term: number): Promise<unknown> =>
        put(region, {
            ...keyAttributes({ pk: `HOME#${name}`, sk: `OWNER#${region}` }),
            kind: { S: "owner" },
            term: { N: String(term) },
            heldTerm: { N: String(term) },
            state: { S: "held" },
            untilMs: { N: String(now().wallMs + 24 * 3_600_000) },
            revision: { N: "1" },
        });

    const cart = { pk: "CART#1", sk: "CART#us-east-1" };
    const withLine = (region: Region, line: string): AttributeMap =>
        serialiseRegional(cart, {
            kind: "cart",
            version: VersionVector.of({ [region]: 1 }),
            at: now(),
            origin: region,
            operations: [line],
            state: orMapCodec.encode(changeLine(emptyMap, region, line, 1)),
        });

    const orderItem = (pk: string, region: Region, epoch: number, by: string): AttributeMap =>
        serialiseHome(
            { pk, sk: "ORDER" },
            {
                kind: "order",
                version: VersionVector.of({ [region]: 1 }),
                at: now(),
                origin: region,
                operations: [by],
                home: eu,
                epoch,
                value: { by: { S: by } },
            },
        );

    it("merge two carts that were written apart, and say so once", async () => {
        sandbox.faults.inject({ kind: "partition", between: regions });
        await put(eu, withLine(eu, "mug"));
        await sandbox.clock.sleep(2000);
        await put(us, withLine(us, "hat"));
        sandbox.faults.healAll();
        await until(async () => (await recorded(us, cart.pk)).length === 1);
        await settledAgain();
        for (const region of regions) {
            const { state } = parseRegional(await get(region, cart));
            expect([...quantities(orMapCodec.decode(state)).keys()].sort()).to.eql(["hat", "mug"]);
        }
        expect([total(eu, "Conflicts"), total(us, "Conflicts")]).to.eql([1, 0]);
        expect(total(eu, "ValuesLost")).to.equal(0);
        expect(sandbox.failures()).to.eql([]);
    });

    it("keep the order of the home's new owner, and put the lost one on record", async () => {
        await own(us, eu, 5);
        sandbox.faults.inject({ kind: "partition", between: regions });
        await put(us, orderItem("ORDER#1", us, 5, "the successor"));
        await sandbox.clock.sleep(2000);
        await put(eu, orderItem("ORDER#1", eu, 4, "the lost region"));
        sandbox.faults.healAll();
        await until(async () => (await recorded(us, "ORDER#1")).length === 1);
        await settledAgain();
        for (const region of regions) {
            const { value } = parseHome(await get(region, { pk: "ORDER#1", sk: "ORDER" }));
            expect(value).to.eql({ by: { S: "the successor" } });
        }
        const [lost] = await recorded(eu, "ORDER#1");
        expect(lost && parseHome(lost).value).to.eql({ by: { S: "the lost region" } });
        expect(total(us, "ValuesLost")).to.equal(1);
        const log = path.join(started.home, "logs", `lambda-${us}-meridian-conflict-detector.log`);
        expect(fs.readFileSync(log, "utf8")).to.match(
            /conflict [0-9a-f]{32} \(concurrent, recorded\): the order ORDER#1 ORDER/,
        );
    });

    it("give stock back that two regions took for one order, in one of them", async () => {
        const stock = { pk: "STOCK#mug", sk: "STOCK" };
        const hybrid = new HybridClock({ physicalMs: () => sandbox.clock.now(), maxAheadMs: 1000 });
        const caller = new Caller(systemClock, Math.random);
        const takerIn = (region: Region): Taker => {
            const client = {
                send: ({ constructor: { name }, input }: SdkCommand) =>
                    run(region, name.replace(/Command$/, ""), input),
            } as unknown as ReplicaClient;
            const replicas = new Map([[region, new Replica(region, storeTable, client)]]);
            const context = { replicas, caller, clock: systemClock, hybrid };
            return { context, takes: new Takes(context, region), region };
        };
        const [inEurope, inAmerica] = [takerIn(eu), takerIn(us)];
        for (const { context, region } of [inEurope, inAmerica]) {
            const open = { op: "open", amount: 10 } as const;
            await new MergeableItems(context).apply("stock", stock, open, region, "open");
        }
        await settledAgain();
        sandbox.faults.inject({ kind: "partition", between: regions });
        expect(await inEurope.takes.take(stock, 3, "order-1")).to.include({ repeated: false });
        await sandbox.clock.sleep(2000);
        expect(await inAmerica.takes.take(stock, 3, "order-1")).to.include({ repeated: false });
        sandbox.faults.healAll();
        await until(() => total(us, "TakesReturned") === 1);
        await settledAgain();
        for (const { context, region } of [inEurope, inAmerica]) {
            const replica = context.replicas.get(region) as Replica;
            const merged = await new MergeableItems(context).read(
                "stock",
                stock,
                replica,
                true,
                new AbortController().signal,
            );
            expect(sightOf("stock", merged, region).value?.left).to.equal(17);
        }
        expect(total(eu, "TakesReturned")).to.equal(0);
        expect(sandbox.failures()).to.eql([]);
    });

    it("put what is damaged aside, and go on with what comes after it", async () => {
        const damaged = { ...withLine(us, "mug"), version: { S: "no vector" } };
        await put(us, { ...damaged, ...keyAttributes({ pk: "CART#2", sk: "CART#us-east-1" }) });
        await own(us, us, 1);
        await until(() => sandbox.queues.peek(queueArn(us)).length === 1);
        const [letter] = sandbox.queues.peek(queueArn(us));
        expect(letter?.body).to.match(/CorruptItemError.*CART#2/);
        await settledAgain();
        expect(total(us, "ChangesQuarantined")).to.equal(1);
        expect(sandbox.failures()).to.eql([]);
    });
});
