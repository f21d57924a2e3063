import { expect } from "chai";

import { Alarms } from "../../../../sandbox/world/alarms/alarms";
import { Metrics } from "../../../../sandbox/world/metrics";
import type { BusEvent } from "../../../../sandbox/world/world";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const region = "eu-west-1";
const topic = `arn:aws:sns:${region}:111122223333:notices`;

describe("composite alarms", () => {
    let world: SmallWorld;
    let alarms: Alarms;
    let notices: string[];
    let events: BusEvent[];
    /** Values of the metrics, by alarm. */
    let values: Record<string, number>;
    let stopFeeding: () => void;

    beforeEach(async () => {
        world = await smallWorld();
        const metrics = new Metrics(world.clock);
        notices = [];
        events = [];
        values = { errors: 0, silence: 0 };
        alarms = new Alarms(
            world,
            metrics,
            { put: (_, event) => events.push(event) },
            {
                publish: (_, message) => {
                    const { AlarmName, NewStateValue } = JSON.parse(message) as Record<
                        string,
                        string
                    >;
                    notices.push(`${AlarmName} ${NewStateValue}`);
                    return "id";
                },
            },
        );
        stopFeeding = world.clock.every(10_000, () => {
            for (const [metric, value] of Object.entries(values)) {
                metrics.put({ region, namespace: "Shop", metric, dimensions: {}, value });
            }
        });
        for (const name of Object.keys(values)) {
            world.declare("aws:cloudwatch/metricAlarm:MetricAlarm", region, name, {
                name,
                arn: `arn:aws:cloudwatch:${region}:111122223333:alarm:${name}`,
                comparisonOperator: "GreaterThanThreshold",
                threshold: 5,
                evaluationPeriods: 1,
                namespace: "Shop",
                metricName: name,
                statistic: "Maximum",
                period: 60,
            });
        }
        declare("impaired", 'ALARM("errors")', {
            actionsSuppressor: { alarm: "silence", waitPeriod: 90, extensionPeriod: 120 },
        });
        await alarms.start();
        await world.until(() => state("impaired") === "OK" && state("errors") === "OK");
        await world.clock.sleep(100_000);
        notices.length = 0;
    });
    afterEach(async () => {
        stopFeeding();
        await alarms.stop();
        world.end();
    });

    function declare(alarmName: string, alarmRule: string, more: object = {}): void {
        world.declare("aws:cloudwatch/compositeAlarm:CompositeAlarm", region, alarmName, {
            alarmName,
            alarmRule,
            arn: `arn:aws:cloudwatch:${region}:111122223333:alarm:${alarmName}`,
            alarmActions: [topic],
            okActions: [topic],
            ...more,
        });
    }

    const state = (name: string): string | undefined => alarms.status(region, name)?.state;

    it("follow their alarms, over other composites too, on the bus and to their topics", async () => {
        declare("outer", "NOT OK(impaired)");
        await world.until(() => state("outer") === "OK");
        values["errors"] = 9;
        await world.until(() => state("outer") === "ALARM");
        expect(state("impaired")).to.equal("ALARM");
        expect(notices.filter((notice) => notice.startsWith("outer"))).to.deep.equal([
            "outer OK",
            "outer ALARM",
        ]);
        expect(
            events
                .map(({ detail }) => detail as { alarmName: string; state: { value: string } })
                .filter(({ alarmName }) => alarmName === "impaired")
                .map((detail) => detail.state.value),
        ).to.deep.equal(["OK", "ALARM"]);
        expect(
            alarms.composites.changes().map(({ name, state: to }) => `${name} ${to}`),
        ).to.include.members(["impaired ALARM", "outer ALARM"]);
    });

    it("wait for their suppressor before they act, and act without it", async () => {
        values["errors"] = 9;
        await world.until(() => state("impaired") === "ALARM");
        await world.clock.sleep(60_000);
        expect(notices).to.deep.equal([]);
        await world.clock.sleep(40_000);
        expect(notices).to.deep.equal(["impaired ALARM"]);
    });

    it("do not act while suppressed, and do when that is over and they still are in alarm", async () => {
        values = { errors: 9, silence: 9 };
        await world.until(() => state("impaired") === "ALARM" && state("silence") === "ALARM");
        await world.clock.sleep(300_000);
        expect(notices).to.deep.equal([]);
        values["silence"] = 0;
        await world.until(() => state("silence") === "OK");
        await world.clock.sleep(100_000);
        expect(notices).to.deep.equal([]);
        await world.clock.sleep(30_000);
        expect(notices).to.deep.equal(["impaired ALARM"]);
    });

    it("stand still in a lost region", async () => {
        world.faults.inject({ kind: "blackout", region });
        values["errors"] = 9;
        await world.clock.sleep(180_000);
        expect(state("impaired")).to.equal("OK");
    });
});
