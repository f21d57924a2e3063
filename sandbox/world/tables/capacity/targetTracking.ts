export interface Tracked {
    /** Units per second that are provisioned. */
    readonly units: number;
    /** Units per second used in the last minutes, oldest first; undefined for a minute without use. */
    readonly used: readonly (number | undefined)[];
    /** Percent of the units that should be in use. */
    readonly targetPercent: number;
    readonly scaleIn: boolean;
}

/** Minutes above the target before more is provisioned. */
const outMinutes = 2;
/** Minutes below it before less is. */
const inMinutes = 15;
/** How far below the target use must be before less is provisioned, percent of the units. */
const inMarginPercent = 20;

/**
 * What target tracking wants a table to have, before its bounds: the two alarms that Application Auto
 * Scaling makes. Use that stops altogether reports nothing, and what reports nothing is not scaled in.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
 */
export function wantedUnits({ units, used, targetPercent, scaleIn }: Tracked): number {
    const percent = (each: number): number => (100 * each) / units;
    const fitting = (each: number): number => Math.max(1, Math.ceil((100 * each) / targetPercent));
    const high = used.slice(-outMinutes);
    if (every(high, outMinutes, (each) => percent(each) > targetPercent)) {
        return fitting(Math.max(...known(high)));
    }
    const low = used.slice(-inMinutes);
    const floor = targetPercent - inMarginPercent;
    if (scaleIn && every(low, inMinutes, (each) => percent(each) < floor)) {
        return fitting(Math.max(...known(low)));
    }
    return units;
}

function every(
    used: readonly (number | undefined)[],
    minutes: number,
    holds: (each: number) => boolean,
): boolean {
    return used.length === minutes && used.every((each) => each !== undefined && holds(each));
}

function known(used: readonly (number | undefined)[]): readonly number[] {
    return used.filter((each) => each !== undefined);
}
