import { globalStack, votersFor } from "../infra/topology";
import type { DeployedGlobal } from "./deployedGlobal";
import type { Estate } from "./estate";
import type { FailbackStage } from "./failbackPlan";
import type { Intent } from "./provenUpdate";
import { dialIntent, globalPacks, rolesIntent, type Roles } from "./settlement";
import { shareEdit, voteEdit } from "./stackConfig";
import { endsStandIn } from "./cacheMove";
import { writerBackIn } from "./writerMove";

/** What a stage of a failback changes, and in which stacks. */
export function failbackIntents(
    estate: Estate,
    region: string,
    stage: FailbackStage,
    deployed: Pick<DeployedGlobal, "roles" | "cache">,
): readonly Intent[] {
    switch (stage.kind) {
        case "share":
            return [
                {
                    stack: globalStack,
                    edits: [shareEdit(region, stage.percent)],
                    expected: { kind: "share", of: region },
                    policyPacks: globalPacks(estate, {
                        lane: "failback",
                        region,
                        share: stage.percent,
                    }),
                    message: `fail ${region} back: ${stage.percent} % of its share`,
                },
            ];
        case "dial":
            return [dialIntent(estate, "failback", region)];
        case "votes":
            return votersFor(region, estate.topology).map((stack) => ({
                stack,
                edits: [voteEdit(region, "in-service")],
                expected: { kind: "vote", on: region, vote: "in-service" },
                policyPacks: (proof) =>
                    estate.policyPacks.evacuation({ lane: "failback", region, ...proof }),
                message: `fail ${region} back: take the vote back`,
            }));
        case "writer": {
            const roles = rolesBackIn(region, deployed);
            return roles === undefined ? [] : [rolesIntent(estate, region, roles)];
        }
    }
}

/** The roles as they were before the region was settled; undefined when it had none. Pure. */
export function rolesBackIn(
    region: string,
    { roles, cache }: Pick<DeployedGlobal, "roles" | "cache">,
): Roles | undefined {
    const writer = writerBackIn(region, roles);
    const ends = endsStandIn(region, cache, writer?.writer ?? roles?.writer);
    return writer === undefined && !ends
        ? undefined
        : { writer, cache: ends ? { standIn: undefined } : undefined };
}
