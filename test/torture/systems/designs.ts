import type { StartSystem } from "../system";
import { Meridian } from "./meridian";
import { SourceDesign } from "./sourceDesign";

export type DesignName = "meridian" | "source-design";

/** What is put to the test, the one that is not meant to fail first. */
export const designs: readonly (readonly [DesignName, StartSystem])[] = [
    ["meridian", (conditions) => Meridian.start(conditions)],
    ["source-design", (conditions) => SourceDesign.start(conditions)],
];
