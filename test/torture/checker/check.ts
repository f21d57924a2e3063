import type { History } from "../history/operation";
import { checkCarts } from "./carts";
import { checkConverged } from "./converged";
import { checkOrders } from "./orders";
import { checkProfiles } from "./profiles";
import { checkStock } from "./stock";
import type { Violation } from "./violation";

/**
 * Judges a history by what clients saw, and knows nothing of how the storefront works. Sound and not
 * complete: what it names is wrong; what overlaps in time it reads in the storefront's favour.
 */
export function check(history: History): readonly Violation[] {
    return [checkConverged, checkCarts, checkOrders, checkStock, checkProfiles].flatMap((one) =>
        one(history),
    );
}
