import "./stackTraces";

import * as pulumi from "@pulumi/pulumi";

import { readGlobalConfig, readRegionConfig, readTopology } from "./config";
import { deployGlobal } from "./globalStack";
import { deployRegion } from "./regionStack";
import { globalStack, isRegion, stackNames } from "./topology";

/** The stack's name says what it is; everything else about it is configuration. */
function deploy(stack: string): object {
    const topology = readTopology(stack);
    if (stack === globalStack) {
        return deployGlobal(readGlobalConfig(stack, topology), topology);
    }
    if (isRegion(stack, topology)) {
        return deployRegion(readRegionConfig(stack, topology), topology);
    }
    throw new pulumi.RunError(
        `the stack must be one of ${stackNames(topology).join(", ")}, got ${stack}; a new region is an entry in infra/topology.ts and a Pulumi.<region>.yaml`,
    );
}

// What the module exports become the stack's outputs.
export = deploy(pulumi.getStack());
