import { coloursFor, isTerminal, type Colours } from "./colours";
import { Pulse } from "./pulse";

export interface OutputOptions {
    /** One JSON document on stdout and nothing else there. */
    readonly json: boolean;
    readonly terminal?: Terminal;
}

/** Where a command speaks to, and the environment that may say how; the process' own by default. */
export interface Terminal {
    readonly stdout?: NodeJS.WritableStream;
    readonly stderr?: NodeJS.WritableStream;
    readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Where a command speaks. Results go to stdout. Progress goes to stderr, as plain lines, so that it
 * reads the same on a terminal, in a log and beside a JSON document; between lines there is a pulse.
 */
export class Output {
    readonly json: boolean;
    /** For texts of `result`. */
    readonly colours: Colours;
    readonly #stdout: NodeJS.WritableStream;
    readonly #stderr: NodeJS.WritableStream;
    readonly #errorColours: Colours;
    readonly #pulse: Pulse;

    constructor({ json, terminal = {} }: OutputOptions) {
        const environment = terminal.environment ?? process.env;
        this.json = json;
        this.#stdout = terminal.stdout ?? process.stdout;
        this.#stderr = terminal.stderr ?? process.stderr;
        this.colours = coloursFor(this.#stdout, environment);
        this.#errorColours = coloursFor(this.#stderr, environment);
        this.#pulse = new Pulse(this.#stderr, isTerminal(this.#stderr, environment));
    }

    /** A command is at work until it has a result or `idle` is called. */
    busy(): void {
        this.#pulse.start();
    }

    idle(): void {
        this.#pulse.stop();
    }

    /** One line of progress. */
    progress(line: string): void {
        this.#say(line);
    }

    warn(line: string): void {
        this.#say(`${this.#errorColours.yellow("warning:")} ${line}`);
    }

    /** How a command failed: for people on stderr, and with `--json` as the document too. */
    failure(code: string, message: string): void {
        this.error(message);
        this.failureDocument(code, message);
    }

    /** With `--json`, a failure as the document; nothing without. */
    failureDocument(code: string, message: string): void {
        if (this.json) {
            this.result({ error: { code, message } }, "");
        }
    }

    error(line: string): void {
        this.#say(`${this.#errorColours.red("error:")} ${line}`);
    }

    /** The command's result: the document with `--json`, the text without. */
    result(document: unknown, text: string): void {
        this.idle();
        this.#stdout.write(this.json ? `${JSON.stringify(document, undefined, 2)}\n` : `${text}\n`);
    }

    #say(line: string): void {
        this.#pulse.word();
        this.#stderr.write(`${line}\n`);
    }
}
