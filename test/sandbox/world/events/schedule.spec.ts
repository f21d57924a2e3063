import { expect } from "chai";

import { cronMatcher } from "../../../../sandbox/world/events/schedule";

describe("schedules", () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
        ["cron(0 12 * * ? *)", "2026-11-23T12:00:00Z", true],
        ["cron(0 12 * * ? *)", "2026-11-23T12:01:00Z", false],
        ["cron(0/15 * * * ? *)", "2026-11-23T07:45:00Z", true],
        ["cron(0/15 * * * ? *)", "2026-11-23T07:50:00Z", false],
        ["cron(30 6 ? * MON-FRI *)", "2026-11-23T06:30:00Z", true],
        ["cron(30 6 ? * MON-FRI *)", "2026-11-22T06:30:00Z", false],
        ["cron(0 0 1 JAN,JUL ? *)", "2026-07-01T00:00:00Z", true],
        ["cron(0 0 1 1 ? 2027)", "2026-01-01T00:00:00Z", false],
    ];
    for (const [expression, time, due] of cases) {
        it(`${expression} is ${due ? "" : "not "}due at ${time}`, () => {
            expect(cronMatcher(expression)(new Date(time))).to.equal(due);
        });
    }

    it("refuse what they cannot keep", () => {
        expect(() => cronMatcher("cron(0 0 L * ? *)")).to.throw(RangeError, "without L, W and #");
        expect(() => cronMatcher("every day")).to.throw(RangeError, "got every day");
    });
});
