import { expect } from "chai";

import { RegionComposites } from "../../components/regionComposites";
import { RegionDashboard } from "../../components/regionDashboard";
import { bodyProblems } from "../../sandbox/aws/cloudwatch/dashboardBody";
import { setMocks, settled, type Registrations } from "../support/mocks";

describe("a region's composite alarms and dashboard", () => {
    let registered: Registrations;

    before(async () => {
        registered = await setMocks();
        new RegionComposites("composites", {
            region: "eu-west-1",
            userFacing: ["errors", "latency"],
            healthyHosts: "hosts",
            silence: "silence",
            throttles: "throttles",
            replication: ["to-us"],
            topicArn: "arn:topic",
        });
        new RegionDashboard("dashboard", {
            region: "eu-west-1",
            accountId: "111122223333",
            others: ["ap-south-1", "us-east-1"],
            loadBalancerArnSuffix: "app/lb/1",
            targetGroupArnSuffix: "targetgroup/x/1",
            tableName: "shop",
            minimumTasks: 6,
            errorPercent: 5,
            latencyP99Seconds: 2,
            replicationSeconds: 10,
            alarms: ["impaired", "errors"],
        });
        await settled();
    });

    const composite = (name: string) =>
        registered.inputs("aws:cloudwatch/compositeAlarm:CompositeAlarm", name);

    it("say whether the region is impaired, and stay quiet while nobody asks it", () => {
        expect(composite("composites-impaired")).to.deep.include({
            alarmRule: 'ALARM("errors") OR ALARM("latency") OR ALARM("hosts")',
            actionsSuppressor: { alarm: "silence", waitPeriod: 60, extensionPeriod: 120 },
            alarmActions: ["arn:topic"],
            okActions: ["arn:topic"],
        });
    });

    it("say whether data would be lost with it, whoever asks", () => {
        const inputs = composite("composites-data-at-risk");
        expect(inputs["alarmRule"]).to.equal('ALARM("throttles") OR ALARM("to-us")');
        expect(inputs).not.to.have.property("actionsSuppressor");
    });

    interface Widget {
        readonly type: string;
        readonly x: number;
        readonly y: number;
        readonly properties: {
            readonly title: string;
            readonly alarms?: readonly string[];
            readonly annotations?: object;
            readonly metrics: readonly unknown[];
        };
    }

    it("show the alarms first, then a graph for each question, in a body CloudWatch takes", () => {
        const { dashboardName, dashboardBody } = registered.inputs(
            "aws:cloudwatch/dashboard:Dashboard",
            "dashboard",
        ) as { dashboardName: string; dashboardBody: string };
        expect(dashboardName).to.equal("meridian-eu-west-1");
        expect(bodyProblems(dashboardBody)).to.deep.equal([]);
        const { widgets } = JSON.parse(dashboardBody) as { widgets: readonly Widget[] };
        expect(widgets[0]?.properties.alarms).to.deep.equal(
            ["impaired", "errors"].map(
                (name) => `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${name}`,
            ),
        );
        expect(widgets.slice(1).map(({ properties }) => properties.title)).to.deep.equal([
            "Requests answered with 5xx (%)",
            "Latency, p99 (s)",
            "Healthy tasks, and what a lost region needs",
            "Failed probes of the other regions (%)",
            "Replication latency (ms)",
            "Table: used a minute, and turned away",
        ]);
        expect(widgets[3]?.properties.annotations).to.deep.equal({ horizontal: [{ value: 6 }] });
        expect(widgets[5]?.properties.metrics).to.have.length(2);
        expect(new Set(widgets.map(({ x, y }) => `${x},${y}`)).size).to.equal(widgets.length);
    });
});
