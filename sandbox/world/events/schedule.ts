import type { WorldClock } from "../clock";

const minuteMs = 60_000;
const unitsMs: Readonly<Record<string, number>> = {
    minute: minuteMs,
    hour: 60 * minuteMs,
    day: 24 * 60 * minuteMs,
};
const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * Calls `fire` by a rule's schedule expression, in world time: `rate(5 minutes)` from now on, or
 * `cron(0 12 * * ? *)` in UTC. Returns a function that stops it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 *
 * @throws RangeError when the expression is neither
 */
export function onSchedule(clock: WorldClock, expression: string, fire: () => void): () => void {
    const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
    if (unit !== undefined) {
        return clock.every(Number(count) * (unitsMs[unit] ?? minuteMs), fire);
    }
    const isDue = cronMatcher(expression);
    return clock.every(
        minuteMs,
        () => {
            if (isDue(new Date(clock.now()))) {
                fire();
            }
        },
        // Just inside the minute, so that its time reads as that minute.
        minuteMs - (clock.now() % minuteMs) + 1,
    );
}

/** @throws RangeError when the expression is no cron expression this can keep */
export function cronMatcher(expression: string): (time: Date) => boolean {
    const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/) ?? [];
    const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
    if (
        minute === undefined ||
        hour === undefined ||
        dayOfMonth === undefined ||
        month === undefined ||
        dayOfWeek === undefined ||
        year === undefined ||
        // The nearest weekday, the last day and the nth weekday of a month.
        /[LW#]/.test(dayOfMonth + dayOfWeek.replace(/[A-Z]{3}/g, ""))
    ) {
        throw new RangeError(
            `a schedule is rate(n minutes) or cron(minute hour day month weekday year) without L, W and #, got ${expression}`,
        );
    }
    return (time) =>
        matches(minute, time.getUTCMinutes(), 0, 59, []) &&
        matches(hour, time.getUTCHours(), 0, 23, []) &&
        matches(dayOfMonth, time.getUTCDate(), 1, 31, []) &&
        matches(month, time.getUTCMonth() + 1, 1, 12, ["", ...months]) &&
        matches(dayOfWeek, time.getUTCDay() + 1, 1, 7, ["", ...weekdays]) &&
        matches(year, time.getUTCFullYear(), 1970, 2199, []);
}

/** One field: `*`, `?`, values, ranges and steps. */
function matches(
    field: string,
    value: number,
    least: number,
    most: number,
    names: readonly string[],
): boolean {
    const numberOf = (text: string): number =>
        names.includes(text) ? names.indexOf(text) : Number(text);
    return field.split(",").some((part) => {
        const [span = "", step] = part.split("/");
        const [low, high] =
            span === "*" || span === "?"
                ? [least, most]
                : span.includes("-")
                  ? span.split("-").map(numberOf)
                  : [numberOf(span), step === undefined ? numberOf(span) : most];
        return (
            low !== undefined &&
            high !== undefined &&
            value >= low &&
            value <= high &&
            (value - low) % Number(step ?? 1) === 0
        );
    });
}
