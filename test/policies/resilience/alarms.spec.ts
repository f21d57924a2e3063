import { expect } from "chai";

import { alarmActions } from "../../../policies/resilience/rules/health/alarmActions";
import { alarmMissingData } from "../../../policies/resilience/rules/health/alarmMissingData";
import { judgeResource, judgeSound, unknown } from "../support/judge";

const type = "aws:cloudwatch/metricAlarm:MetricAlarm";

describe("alarms", () => {
    it("tell somebody", () => {
        const judge = judgeSound(alarmActions, type, {
            name: "errors",
            alarmActions: ["arn:aws:sns:eu-west-1:111122223333:people"],
        });
        expect(judge({ alarmActions: [] })[0]).to.match(/name a topic/);
        expect(judge({ alarmActions: undefined })).to.have.length(1);
        expect(judge({ alarmActions: [unknown] })).to.deep.equal([]);
        expect(judge({ actionsEnabled: false })[0]).to.match(/actionsEnabled is false/);
        const exemptAlarms = [
            { name: "errors", reason: "part of a composite alarm", until: "9999-12-31" },
        ];
        expect(judge({ alarmActions: [] }, { exemptAlarms })).to.deep.equal([]);
        expect(judge({ alarmActions: [], name: unknown }, { exemptAlarms })).to.have.length(1);
    });

    it("tell somebody when they are composite, too", () => {
        const composite = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
        expect(judgeResource(alarmActions, { type: composite, props: {} })).to.have.length(1);
    });

    it("say what silence means", () => {
        const judge = judgeSound(alarmMissingData, type, { treatMissingData: "breaching" });
        expect(judge({ treatMissingData: "notBreaching" })).to.deep.equal([]);
        expect(judge({ treatMissingData: "ignore" })).to.deep.equal([]);
        expect(judge({ treatMissingData: undefined })[0]).to.match(/say what silence means/);
        // The provider's own default, which a rule cannot tell from one that was chosen.
        expect(judge({ treatMissingData: "missing" })[0]).to.match(/say what silence means/);
    });
});
