import { estateNames, stackNames, topologyOf } from "../infra/topology";
import { chooseEstate } from "./chosenEstate";
import { AutomationError } from "./errors";
import type { Estate } from "./estate";

/**
 * Makes the estate the one that `pulumi` and `meridian` work on from now on.
 *
 * @throws AutomationError `refused`, with nothing written, when it would leave stacks behind
 */
export async function changeEstate(estate: Estate): Promise<void> {
    await refuseLeftovers(estate);
    await chooseEstate(estate.projectFolder, estate.name);
}

/**
 * Refuses an estate while stacks that it does not have are deployed: their region would be taken out
 * of the records, the votes and the table, and go on costing what it costs.
 *
 * @throws AutomationError `refused` that names them
 */
export async function refuseLeftovers(estate: Estate): Promise<void> {
    const own = stackNames(estate.topology);
    const others = new Set(
        estateNames
            .flatMap((name) => stackNames(topologyOf(name)))
            .filter((stack) => !own.includes(stack)),
    );
    const deployed: string[] = [];
    for (const stack of [...others].sort()) {
        if (Object.keys((await estate.stacks.outputs(stack)) ?? {}).length > 0) {
            deployed.push(stack);
        }
    }
    if (deployed.length > 0) {
        throw new AutomationError(
            "refused",
            `the ${estate.name} estate has no ${deployed.join(", ")}, and they are deployed; ` +
                "destroy the larger estate first (meridian destroy --yes), or deploy to another state backend and account",
        );
    }
}
