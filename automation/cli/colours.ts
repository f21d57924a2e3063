import { createColors } from "picocolors";

/** Functions that colour a text, or leave it as it is. */
export type Colours = ReturnType<typeof createColors>;

/**
 * Colours for what is written to one stream: those of a terminal, unless the environment says
 * otherwise. A log file stays plain although the process runs in CI.
 *
 * @see https://no-color.org and https://force-color.org, either counts unless empty; the first wins
 */
export function coloursFor(
    stream: NodeJS.WritableStream,
    environment: Readonly<Record<string, string | undefined>>,
): Colours {
    return createColors(wanted(stream, environment));
}

function wanted(
    stream: NodeJS.WritableStream,
    environment: Readonly<Record<string, string | undefined>>,
): boolean {
    const { NO_COLOR: no, FORCE_COLOR: force } = environment;
    if (no !== undefined && no !== "") {
        return false;
    }
    if (force !== undefined && force !== "") {
        return force !== "0" && force !== "false";
    }
    return isTerminal(stream, environment);
}

/** Whether a stream is a terminal that moves its cursor as told. */
export function isTerminal(
    stream: NodeJS.WritableStream,
    environment: Readonly<Record<string, string | undefined>>,
): boolean {
    return "isTTY" in stream && stream.isTTY === true && environment["TERM"] !== "dumb";
}
