/** The engine cannot be had or set up; the message is for the person at the terminal. */
export class EngineError extends Error {
    override readonly name = "EngineError";
}
