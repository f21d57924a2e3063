import type { Policies } from "@pulumi/policy";

import { enoughRegions } from "./rules/enoughRegions";
import { namedRegion } from "./rules/namedRegion";
import { nothingButVotes } from "./rules/nothingButVotes";
import { notItself } from "./rules/notItself";
import { oneRegion } from "./rules/oneRegion";
import { voteBody } from "./rules/voteBody";

/** Every rule of the pack. Apart from the pack itself, which starts a server when it is made. */
export const policies: Policies = [
    enoughRegions,
    namedRegion,
    nothingButVotes,
    notItself,
    oneRegion,
    voteBody,
];
