/** An error as an AWS API answers it. */
export class AwsError extends Error {
    override readonly name = "AwsError";
    constructor(
        /** AWS error code, such as `InvalidChangeBatch`. */
        readonly code: string,
        message: string,
        /** HTTP status of the answer. */
        readonly status: number = 400,
    ) {
        super(message);
    }
}
