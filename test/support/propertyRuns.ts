/**
 * How often a property is tried: as often as a run of all specs can afford, or as `PROPERTY_RUNS` says.
 *
 * @throws RangeError for anything but a count
 */
export function propertyRuns(usual: number): number {
    const text = process.env["PROPERTY_RUNS"];
    if (text === undefined || text === "") {
        return usual;
    }
    const runs = Number(text);
    if (!Number.isSafeInteger(runs) || runs < 1) {
        throw new RangeError(
            `PROPERTY_RUNS is ${JSON.stringify(text)}: it must be a count of 1 or more, such as 10000`,
        );
    }
    return runs;
}
