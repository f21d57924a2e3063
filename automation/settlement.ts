import { globalStack } from "../infra/topology";
import type { DeployedShares } from "./deployedShares";
import type { Estate } from "./estate";
import type { Intent } from "./provenUpdate";
import { dialEdit } from "./stackConfig";

/** What takes an evacuated region out of everything that votes do not reach. */
export function settleIntents(
    estate: Estate,
    region: string,
    deployed: DeployedShares,
): readonly Intent[] {
    return deployed.dial > 0 ? [dialIntent(estate, region, 0)] : [];
}

/** Sets what the accelerator sends to a region: one call to its control plane, in us-west-2. */
export function dialIntent(estate: Estate, region: string, percent: number): Intent {
    return {
        stack: globalStack,
        edit: dialEdit(region, percent),
        expected: { kind: "dial", of: region },
        policyPacks: () => estate.policyPacks.standing,
        message: `accelerator's dial for ${region}: ${percent} %`,
    };
}
