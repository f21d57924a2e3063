import { expect } from "chai";

import { type AlarmChange, Alarms } from "../../../../sandbox/world/alarms/alarms";
import { Metrics } from "../../../../sandbox/world/metrics";
import type { Props } from "../../../../sandbox/world/store";
import type { BusEvent } from "../../../../sandbox/world/world";
import { type SmallWorld, smallWorld } from "../../../support/smallWorld";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const region = "eu-west-1";
const topics = (name: string): string => `arn:aws:sns:${region}:111122223333:${name}`;

describe("Alarms", () => {
    let world: SmallWorld;
    let metrics: Metrics;
    let alarms: Alarms;
    let published: { readonly topic: string; readonly message: Record<string, unknown> }[];
    let events: BusEvent[];
    let changes: AlarmChange[];
    let stopFeeding = (): void => {};

    beforeEach(async () => {
        world = await smallWorld();
        metrics = new Metrics(world.clock);
        published = [];
        events = [];
        changes = [];
        alarms = new Alarms(
            world,
            metrics,
            { put: (_, event) => events.push(event) },
            {
                publish: (topic, message) => {
                    published.push({
                        topic,
                        message: JSON.parse(message) as Record<string, unknown>,
                    });
                    return "id";
                },
            },
        );
        alarms.on("change", (change) => changes.push(change));
        await alarms.start();
    });

    afterEach(async () => {
        stopFeeding();
        await alarms.stop();
        world.end();
    });

    /** Publishes the value every ten seconds from now on, in place of the one before. */
    function feed(value: number): void {
        stopFeeding();
        const put = (): void =>
            metrics.put({ region, namespace: "Shop", metric: "Errors", dimensions: {}, value });
        stopFeeding = world.clock.every(10_000, put);
    }

    function declare(inputs: Props = {}): void {
        world.declare(alarmType, region, "errors", {
            name: "errors",
            arn: `arn:aws:cloudwatch:${region}:111122223333:alarm:errors`,
            comparisonOperator: "GreaterThanThreshold",
            threshold: 5,
            evaluationPeriods: 2,
            namespace: "Shop",
            metricName: "Errors",
            statistic: "Maximum",
            period: 60,
            alarmActions: [topics("failover")],
            okActions: [topics("recovery")],
            ...inputs,
        });
    }

    const state = (): string | undefined => alarms.status(region, "errors")?.state;

    it("go from no data to OK, to ALARM and back, and tell whom they should", async () => {
        declare();
        expect(state()).to.equal("INSUFFICIENT_DATA");
        feed(1);
        await world.until(() => state() === "OK");
        feed(9);
        await world.until(() => state() === "ALARM");
        feed(1);
        await world.until(() => state() === "OK");
        const states = ["OK", "ALARM", "OK"];
        expect(changes.map((change) => change.state)).to.deep.equal(states);
        expect(published.map(({ topic }) => topic)).to.deep.equal([
            topics("recovery"),
            topics("failover"),
            topics("recovery"),
        ]);
        expect(published[1]?.message).to.include({
            AlarmName: "errors",
            NewStateValue: "ALARM",
            OldStateValue: "OK",
        });
        expect(
            events.map(({ detail }) => (detail as { state: { value: string } }).state.value),
        ).to.deep.equal(states);
        expect(events[0]).to.include({
            source: "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            region,
        });
    });

    it("need every data point they ask for", async () => {
        declare({ evaluationPeriods: 5, datapointsToAlarm: 5 });
        feed(1);
        await world.until(() => state() === "OK");
        const since = world.clock.now();
        feed(9);
        await world.until(() => state() === "ALARM");
        expect(world.clock.now() - since).to.be.at.least(4 * 60_000);
    });

    it("tell the bus, and nobody else, while their actions are off", async () => {
        declare({ actionsEnabled: false });
        feed(9);
        await world.until(() => state() === "ALARM");
        expect(published).to.deep.equal([]);
        expect(events).to.have.length(1);
    });

    it("are not evaluated while their region is lost", async () => {
        declare();
        world.faults.inject({ kind: "blackout", region });
        feed(9);
        await world.clock.sleep(5 * 60_000);
        expect(state()).to.equal("INSUFFICIENT_DATA");
        world.faults.healAll();
        await world.until(() => state() === "ALARM");
    });

    it("go by their rule for missing data", async () => {
        declare({ treatMissingData: "breaching" });
        await world.until(() => state() === "ALARM");
        declare({ treatMissingData: "notBreaching" });
        await world.until(() => state() === "OK");
    });

    it("know nothing of a deleted one of their name, and follow the account no longer when stopped", async () => {
        declare();
        feed(9);
        await world.until(() => state() === "ALARM");
        world.store.delete(alarmType, region, "errors");
        expect(state()).to.equal(undefined);
        declare();
        expect(state()).to.equal("INSUFFICIENT_DATA");
        await alarms.stop();
        expect(world.store.listenerCount("change")).to.equal(0);
    });
});
