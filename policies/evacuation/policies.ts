import type { Policies } from "@pulumi/policy";

import { direction } from "./rules/direction";
import { enoughRegions } from "./rules/enoughRegions";
import { exactInverse } from "./rules/exactInverse";
import { namedRegion } from "./rules/namedRegion";
import { nothingElse } from "./rules/nothingElse";
import { nothingRemoved } from "./rules/nothingRemoved";
import { notItself } from "./rules/notItself";
import { oneRegion } from "./rules/oneRegion";
import { outsideRegion } from "./rules/outsideRegion";
import { voteBody } from "./rules/voteBody";

/** Every rule of the pack. Apart from the pack itself, which starts a server when it is made. */
export const policies: Policies = [
    direction,
    enoughRegions,
    exactInverse,
    namedRegion,
    nothingElse,
    nothingRemoved,
    notItself,
    oneRegion,
    outsideRegion,
    voteBody,
];
