/** A request that cannot be honoured, with the status and the words the client gets. */
export class RequestError extends Error {
    override readonly name = "RequestError";
    constructor(
        readonly statusCode: number,
        readonly code: string,
        message: string,
    ) {
        super(message);
    }
}
