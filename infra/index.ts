import "./stackTraces";

import * as pulumi from "@pulumi/pulumi";

import { readGlobalConfig, readRegionConfig } from "./config";
import { deployGlobal } from "./globalStack";
import { deployRegion } from "./regionStack";
import { globalStack, isRegion, stackNames, topology } from "./topology";

/** The stack's name says what it is; everything else about it is configuration. */
function deploy(stack: string): object {
    if (stack === globalStack) {
        return deployGlobal(readGlobalConfig(stack, topology), topology);
    }
    if (isRegion(stack)) {
        return deployRegion(readRegionConfig(stack, topology), topology);
    }
    throw new pulumi.RunError(
        `the stack must be one of ${stackNames().join(", ")}, got ${stack}; a new region is an entry in infra/topology.ts and a Pulumi.<region>.yaml`,
    );
}

// What the module exports become the stack's outputs.
export = deploy(pulumi.getStack());
