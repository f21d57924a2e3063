import fs from "node:fs/promises";

import { parse } from "yaml";
import { z } from "zod";

import { AutomationError, messageOf } from "../errors";

/** The table that comes with the program. */
export const ownPriceTable = `${__dirname}/prices.yaml`;

/** A figure of this region holds wherever a region has none of its own. */
export const everywhere = "everywhere";

/** Days after which a figure is too old to be relied on. */
export const staleAfterDays = 365;

const day = z.iso.date({ error: "must be a day, such as 2026-01-31" });
const usd = z.number({ error: "must be US dollars, 0 or more" }).min(0);

const figureSchema = z.discriminatedUnion(
    "basis",
    [
        /** Stands in a text that somebody read. */
        z.strictObject({ usd, date: day, basis: z.literal("read"), in: z.string() }),
        /** From memory, checked nowhere. */
        z.strictObject({ usd, date: day, basis: z.literal("recalled") }),
    ],
    { error: "must have the basis read (with `in`) or recalled (without)" },
);

const tableSchema = z
    .strictObject({
        /** Where AWS states its prices. */
        sources: z.record(z.string(), z.url({ error: "must be a URL" })),
        /** What was read instead. */
        readings: z.record(z.string(), z.url({ error: "must be a URL" })),
        prices: z.record(
            z.string(),
            z.strictObject({
                /** What one of it is. */
                unit: z.string().min(1),
                source: z.string(),
                /** By region, or `everywhere`. */
                figures: z
                    .record(z.string().regex(/^([a-z]{2}(-[a-z]+)+-\d|everywhere)$/), figureSchema)
                    .refine((figures) => Object.keys(figures).length > 0, "must have a figure"),
            }),
        ),
    })
    .superRefine((table, context) => {
        for (const [id, { source, figures }] of Object.entries(table.prices)) {
            if (table.sources[source] === undefined) {
                context.addIssue({
                    code: "custom",
                    path: ["prices", id, "source"],
                    message: `must be one of \`sources\`, got ${source}`,
                });
            }
            for (const [region, figure] of Object.entries(figures)) {
                if (figure.basis === "read" && table.readings[figure.in] === undefined) {
                    context.addIssue({
                        code: "custom",
                        path: ["prices", id, "figures", region, "in"],
                        message: `must be one of \`readings\`, got ${figure.in}`,
                    });
                }
            }
        }
    });

export type PriceTable = z.infer<typeof tableSchema>;

/** What one unit costs somewhere, and how far that can be trusted. */
export interface Price {
    readonly id: string;
    readonly region: string;
    readonly usd: number;
    readonly unit: string;
    readonly date: string;
    readonly basis: "read" | "recalled";
    readonly source: string;
    /** URL of what was read. */
    readonly readIn?: string;
}

/** Reads and checks a table (YAML or JSON). @throws AutomationError `usage` with every problem. */
export async function readPriceTable(file: string): Promise<PriceTable> {
    return checked(file, tableSchema, "a price table", await readYaml(file));
}

/** The price of something in a region; undefined when the table has none. */
export function priceIn(table: PriceTable, id: string, region: string): Price | undefined {
    const price = table.prices[id];
    const figure = price?.figures[region] ?? price?.figures[everywhere];
    if (price === undefined || figure === undefined) {
        return undefined;
    }
    const readIn = figure.basis === "read" ? table.readings[figure.in] : undefined;
    return {
        id,
        region,
        usd: figure.usd,
        unit: price.unit,
        date: figure.date,
        basis: figure.basis,
        source: table.sources[price.source] ?? "",
        ...(readIn === undefined ? {} : { readIn }),
    };
}

/** Those that are older than a year at `now`, milliseconds since the epoch. */
export function stalePrices(prices: readonly Price[], now: number): readonly Price[] {
    return prices.filter(
        ({ date }) => now - Date.parse(date) > staleAfterDays * 24 * 60 * 60 * 1000,
    );
}

/** @throws AutomationError `usage` when it cannot be read or is no YAML. */
export async function readYaml(file: string): Promise<unknown> {
    try {
        return parse(await fs.readFile(file, "utf8"));
    } catch (error) {
        throw new AutomationError("usage", `${file} cannot be read: ${messageOf(error)}`, {
            cause: error,
        });
    }
}

/** @throws AutomationError `usage` with every problem. */
export function checked<S extends z.ZodType>(
    file: string,
    schema: S,
    what: string,
    value: unknown,
): z.output<S> {
    const parsed = schema.safeParse(value);
    if (parsed.success) {
        return parsed.data;
    }
    throw new AutomationError(
        "usage",
        [`${file} is not ${what}:`]
            .concat(
                parsed.error.issues.map(
                    (issue) => `  - \`${issue.path.join(".")}\`: ${issue.message}`,
                ),
            )
            .join("\n"),
    );
}
