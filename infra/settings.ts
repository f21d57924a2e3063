import { z } from "zod";

/** Configuration as Pulumi gives it: `<namespace>:<key>` to text, JSON where the value is none. */
export type RawSettings = Readonly<Record<string, string>>;

/** What to read: full key to the schema of its value, by the name it has in the program. */
export type SettingShape = Readonly<Record<string, Setting<z.ZodType>>>;

export interface Setting<S extends z.ZodType> {
    readonly key: string;
    readonly schema: S;
}

export type Values<S extends SettingShape> = { [K in keyof S]: z.output<S[K]["schema"]> };

export interface SettingsRead<S extends SettingShape> {
    /** Those that are valid by themselves. */
    readonly values: Partial<Values<S>>;
    readonly problems: readonly string[];
}

/** A setting that is plain text. */
export function textSetting<S extends z.ZodType<unknown, string | undefined>>(
    key: string,
    schema: S,
): Setting<S> {
    return { key, schema };
}

/** A setting that is a number, a flag, a list or a map. */
export function valueSetting<S extends z.ZodType>(key: string, schema: S) {
    const parsed = z
        .string()
        .optional()
        .transform((text) => (text === undefined ? undefined : parseJson(text)))
        .pipe(schema);
    return { key, schema: parsed } satisfies Setting<z.ZodType>;
}

/** Reads every setting by itself, so that one mistake does not hide the next. */
export function readSettings<S extends SettingShape>(shape: S, raw: RawSettings): SettingsRead<S> {
    const values: Record<string, unknown> = {};
    const problems: string[] = [];
    for (const [name, { key, schema }] of Object.entries(shape)) {
        const result = schema.safeParse(raw[key]);
        if (result.success) {
            values[name] = result.data;
        } else {
            problems.push(...result.error.issues.map((issue) => explain(key, issue, raw[key])));
        }
    }
    return { values: values as Partial<Values<S>>, problems };
}

/** `aws:region` and the like: what the value is at the issue's path, and what it must be. */
function explain(key: string, issue: z.core.$ZodIssue, text: string | undefined): string {
    const path = [key, ...issue.path.map(String)].join(".");
    if (issue.code === "unrecognized_keys") {
        return `\`${path}\`: has no setting ${issue.keys.join(", ")}; check the spelling`;
    }
    const value = issue.path.reduce<unknown>(
        (held, step) =>
            typeof held === "object" && held !== null
                ? (held as Record<PropertyKey, unknown>)[step]
                : undefined,
        text === undefined ? undefined : parseJson(text),
    );
    const got = value === undefined ? "it is missing" : `got ${JSON.stringify(value)}`;
    return `\`${path}\`: ${issue.message}, ${got}`;
}

/** The value of JSON; the text itself where it is none, for the schema to refuse. */
function parseJson(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}
