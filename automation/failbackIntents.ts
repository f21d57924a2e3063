import { globalStack, votersFor } from "../infra/topology";
import type { DeployedGlobal } from "./deployedGlobal";
import type { Estate } from "./estate";
import type { FailbackStage } from "./failbackPlan";
import type { Intent } from "./provenUpdate";
import { dialIntent, writerIntent } from "./settlement";
import { shareEdit, voteEdit } from "./stackConfig";
import { writerBackIn } from "./writerMove";

/** What a stage of a failback changes, and in which stacks. */
export function failbackIntents(
    estate: Estate,
    region: string,
    stage: FailbackStage,
    deployed: Pick<DeployedGlobal, "roles">,
): readonly Intent[] {
    switch (stage.kind) {
        case "share":
            return [
                {
                    stack: globalStack,
                    edits: [shareEdit(region, stage.percent)],
                    expected: { kind: "share", of: region },
                    policyPacks: () => estate.policyPacks.standing,
                    message: `fail ${region} back: ${stage.percent} % of its share`,
                },
            ];
        case "dial":
            return [dialIntent(estate, region, stage.percent)];
        case "votes":
            return votersFor(region, estate.topology).map((stack) => ({
                stack,
                edits: [voteEdit(region, "in-service")],
                expected: { kind: "vote", on: region, vote: "in-service" },
                policyPacks: (targets) => estate.policyPacks.evacuation(region, targets),
                message: `fail ${region} back: take the vote back`,
            }));
        case "writer": {
            const writer = writerBackIn(region, deployed.roles);
            return writer === undefined ? [] : [writerIntent(estate, writer)];
        }
    }
}
