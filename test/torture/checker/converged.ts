import { isDeepStrictEqual } from "node:util";

import type { FinalState, History, Kind } from "../history/operation";
import type { Violation } from "./violation";

const parts: readonly (readonly [Kind, keyof FinalState])[] = [
    ["cart", "carts"],
    ["order", "orders"],
    ["stock", "stock"],
    ["profile", "profiles"],
];

/** After healing every region holds the same. */
export function checkConverged({ final }: History): readonly Violation[] {
    const regions = Object.keys(final);
    return parts.flatMap(([kind, part]) => {
        const keys = new Set(regions.flatMap((region) => Object.keys(final[region]?.[part] ?? {})));
        return [...keys].flatMap((key): Violation[] => {
            const values = regions.map((region) => final[region]?.[part][key] ?? null);
            return values.every((value) => isDeepStrictEqual(value, values[0]))
                ? []
                : [
                      {
                          check: "converged",
                          kind,
                          key,
                          message: `regions differ after healing: ${regions
                              .map((region, at) => `${region} ${JSON.stringify(values[at])}`)
                              .join(", ")}`,
                          operations: [],
                      },
                  ];
        });
    });
}
