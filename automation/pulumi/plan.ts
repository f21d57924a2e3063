interface Plan {
    readonly resourcePlans?: Readonly<
        Record<
            string,
            {
                readonly goal?: {
                    readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
                };
            }
        >
    >;
}

/**
 * Which resources each input comes from, by URN and input, as an update plan has them
 * (`sdk/go/common/apitype/plan.go`).
 *
 * @param text undefined or empty when there is no plan: the engine writes none for a preview that fails.
 */
export function dependenciesIn(
    text: string | undefined,
): ReadonlyMap<string, Readonly<Record<string, readonly string[]>>> {
    if (text === undefined || text === "") {
        return new Map();
    }
    const { resourcePlans = {} } = JSON.parse(text) as Plan;
    return new Map(
        Object.entries(resourcePlans).flatMap(([urn, { goal }]) =>
            goal?.propertyDependencies === undefined ? [] : [[urn, goal.propertyDependencies]],
        ),
    );
}
